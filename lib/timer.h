/* SPDX-License-Identifier: BSD-3-Clause */
/* The control register of a timer, CNTx_CTL_ELx (Arm DDI0487, "CNTV_CTL_EL0").
 */
#ifndef REEVE_LIB_TIMER_H
#define REEVE_LIB_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_ENABLE  1
#define TIMER_IMASK   2 /* its interrupt is masked */
#define TIMER_ISTATUS 4 /* it has fired; read only */

/* Returns true if a timer that can fire has this control register. */
static inline bool timer_armed(uint64_t ctl)
{
	return (ctl & (TIMER_ENABLE | TIMER_IMASK)) == TIMER_ENABLE;
}

/* Returns true if a timer with this control register asserts its interrupt. */
static inline bool timer_asserted(uint64_t ctl)
{
	return timer_armed(ctl) && (ctl & TIMER_ISTATUS) != 0;
}

#endif
