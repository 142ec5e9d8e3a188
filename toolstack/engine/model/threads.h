/* SPDX-License-Identifier: BSD-3-Clause */
/* How many threads hash ahead. */
#ifndef REEVE_TOOLSTACK_ENGINE_MODEL_THREADS_H
#define REEVE_TOOLSTACK_ENGINE_MODEL_THREADS_H

/* Returns how many threads beside this one can run at once. */
unsigned threads_beside(void);

#endif
