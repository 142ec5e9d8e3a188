/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FIRME 1.0, the firmware's services to the worlds below EL3, as TF-A and
 * TF-RMM use them: the base and the granule management service. They replace
 * the delegate calls of the RMM-EL3 interface. Identifiers and status codes
 * are usable from assembly.
 */
#ifndef REEVE_ABI_FIRME_H
#define REEVE_ABI_FIRME_H

#define FIRME_VERSION  0xc4000400 /* X1 service: X0 version, or an error */
#define FIRME_FEATURES 0xc4000401 /* X1 service, X2 index: X0, X1 value */
/*
 * X1 PA, X2 number of granules, X3 their new GPI: X0, X1 how many granules have
 * it now, from the first on.
 */
#define FIRME_GPI_SET 0xc4000402
/* The block of identifiers. */
#define FIRME_FID_FIRST 0xc4000400
#define FIRME_FID_LAST  0xc4000412

#define FIRME_VERSION_1_0 0x00010000

/* Services. */
#define FIRME_BASE    0
#define FIRME_GRANULE 1

/* Base register 0: VERSION and FEATURES; 1: which services there are. */
#define FIRME_BASE0_CALLS   0x3
#define FIRME_BASE1_GRANULE 0x10000
/* Granule register 0: GPI_SET. */
#define FIRME_GRANULE0_GPI_SET 0x1
/* Granule register 1: how the granule table is configured (GPCCR_EL3). */
#define FIRME_GRANULE1_PGS_SHIFT     0
#define FIRME_GRANULE1_PGS_WIDTH     2
#define FIRME_GRANULE1_L0GPTSZ_SHIFT 2
#define FIRME_GRANULE1_L0GPTSZ_WIDTH 4
#define FIRME_GRANULE1_PPS_SHIFT     6
#define FIRME_GRANULE1_PPS_WIDTH     3

/* GPI_SET's X3; the other bits are zero. */
#define FIRME_GPI_SHIFT 0
#define FIRME_GPI_WIDTH 4
#define FIRME_GPI_NS    0x9
#define FIRME_GPI_REALM 0xb

/* Status, in X0 as a signed 32-bit value. */
#define FIRME_OK              0
#define FIRME_E_NOT_SUPPORTED (-1)
#define FIRME_E_INVALID       (-2)
#define FIRME_E_ABORTED       (-3)
#define FIRME_E_INCOMPLETE    (-4)
#define FIRME_E_DENIED        (-5)
#define FIRME_E_BUSY          (-6)

#endif
