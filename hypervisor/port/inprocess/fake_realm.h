/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests: scripts of the scripted RMM for a Realm of one page of RAM, whose
 * IPA space has 32 bits.
 */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_REALM_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_REALM_H

#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_rmm.h"

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_TOP  UINT64_C(0x40001000)
#define PAR_END  UINT64_C(0x80000000)
#define PAGE(n)  (FAKE_BASE + (n) * UINT64_C(0x1000))

/* Replies, each to one command that succeeds. */
#define CREATE { RMI_REALM_CREATE, RMI_SUCCESS }
#define RIPAS                                                                  \
	{                                                                      \
		RMI_RTT_INIT_RIPAS, RMI_SUCCESS,                               \
		{                                                              \
			RAM_TOP                                                \
		}                                                              \
	}
#define LOAD      { RMI_RTT_DATA_MAP_INIT, RMI_SUCCESS }
#define REC       { RMI_REC_CREATE, RMI_SUCCESS }
#define REC_GONE  { RMI_REC_DESTROY, RMI_SUCCESS }
#define TERMINATE { RMI_REALM_TERMINATE, RMI_SUCCESS }
#define DESTROY   { RMI_REALM_DESTROY, RMI_SUCCESS }
#define END       { 0 }

#endif
