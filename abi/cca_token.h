/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Arm CCA attestation token: what the RMM and the toolstack write and the
 * verifier reads. Sources, named beside the numbers:
 *   [draft]  draft-ffm-rats-cca-token-04, sections 4 and 5
 *   [rmm-2]  DEN0137 2.0, A7.2.3: what the 2024 profiles have
 *   [veraison]  github.com/veraison/ccatoken, platform/claims.go,
 *            platform/lifecycle.go, realm/claims.go, evidence.go
 *   [rmm]    TF-RMM main, app/attestation (the 2.0 Realm profile)
 *   [cose]   RFC 9052 and RFC 9053; [x509] RFC 9360; [full] RFC 9864;
 *            [cbor] RFC 8949
 */
#ifndef REEVE_ABI_CCA_TOKEN_H
#define REEVE_ABI_CCA_TOKEN_H

/* The collection: a tag round a map of two parts [draft] [rmm]. */
#define CCA_TAG_COLLECTION   907 /* parts are [CCA_CONTENT_CWT, bstr] */
#define CCA_TAG_OLD          399 /* parts are plain byte strings [veraison] */
#define CCA_CONTENT_CWT      263 /* CoAP content format: */
#define CCA_CONTENT_CWT_TEXT "application/eat+cwt" /* or as a text */
#define CCA_PLATFORM_TOKEN   44234 /* [draft] [veraison] */
#define CCA_REALM_TOKEN      44241 /* [draft] [veraison] */

/* COSE [cose]. Each part is a COSE_Sign1. */
#define COSE_TAG_SIGN1      18
#define COSE_HEADER_ALG     1
#define COSE_HEADER_CRIT    2
#define COSE_HEADER_KID     4
#define COSE_HEADER_X5CHAIN 33 /* a certificate, or an array of them [x509] */
/* Algorithms; the second three name the curve too [full]. */
#define COSE_ALG_ES256  (-7)
#define COSE_ALG_ES384  (-35)
#define COSE_ALG_ES512  (-36)
#define COSE_ALG_ESP256 (-9)
#define COSE_ALG_ESP384 (-51)
#define COSE_ALG_ESP512 (-52)
#define COSE_KEY_KTY    1
#define COSE_KEY_KID    2
#define COSE_KEY_ALG    3
#define COSE_KEY_OPS    4 /* an array of what the key may be used for */
#define COSE_OP_VERIFY  2 /* one of them */
#define COSE_KEY_EC2    2 /* a value of COSE_KEY_KTY */
#define COSE_KEY_CRV    (-1)
#define COSE_KEY_P256   1 /* values of COSE_KEY_CRV */
#define COSE_KEY_P384   2
#define COSE_KEY_P521   3
#define COSE_KEY_X      (-2)
#define COSE_KEY_Y      (-3)

#define P384_SIZE           48 /* bytes of a scalar or a coordinate */
#define P384_SIGNATURE_SIZE 96 /* r, then s, big endian [cose] */
/* {1: 2, -1: 2, -2: x, -3: y} as both sides encode it [rmm]. */
#define CCA_COSE_KEY_SIZE 107

/* Claims of both parts [draft] [veraison]. */
#define CCA_CHALLENGE 10 /* bstr; platform: 32, 48 or 64; Realm: 64 bytes */
#define CCA_PROFILE   265 /* tstr */

/* Claims of the platform part [draft] [veraison]. */
#define CCA_INSTANCE_ID       256 /* bstr, 33: 0x01, then 32 */
#define CCA_LIFECYCLE         2395 /* uint, 16 bits */
#define CCA_IMPLEMENTATION_ID 2396 /* bstr, 32 */
#define CCA_COMPONENTS        2399 /* array of maps, below */
#define CCA_SERVICE           2400 /* tstr, optional */
#define CCA_CONFIG            2401 /* bstr */
#define CCA_HASH              2402 /* tstr: hash of the components */
/* Those of profile 2.0 [draft] [rmm-2]. */
#define CCA_CLIENT_ID        2394 /* 1: the Realm Management domain asked */
#define CCA_MANUFACTURING    2403 /* bstr, optional */
#define CCA_EXTENSION        2404 /* array of maps, optional */
#define CCA_TBB_ROTPK        2405 /* array of maps, optional */
#define CCA_PEER_SIGNERS     2406 /* bstr, optional */
#define CCA_TPM_BINDING      2407 /* optional */
#define CCA_WORKLOAD_BINDING 2408 /* bstr: 32, 48 or 64; since 2026 */

/* Entries of a software component [draft] [veraison]. */
#define CCA_COMPONENT_TYPE           1 /* tstr, optional */
#define CCA_COMPONENT_VALUE          2 /* bstr: 32, 48 or 64 */
#define CCA_COMPONENT_VERSION        4 /* tstr, optional */
#define CCA_COMPONENT_SIGNER         5 /* bstr: 32, 48 or 64 */
#define CCA_COMPONENT_HASH           6 /* tstr, optional: else CCA_HASH */
#define CCA_COMPONENT_LFA            7 /* bool, optional: can be replaced at run time */
#define CCA_COMPONENT_COUNTERSIGNERS 8 /* array of bstr, optional */

/* Entries of a device in CCA_EXTENSION [rmm-2]. */
#define CCA_DEVICE_HASH         1 /* tstr, optional: else CCA_HASH */
#define CCA_DEVICE_MEASUREMENTS 2 /* bstr: 32, 48 or 64, as all digests */
#define CCA_DEVICE_CERTIFICATES 3 /* bstr */
#define CCA_DEVICE_IDE          4 /* bool: the link is encrypted */
#define CCA_DEVICE_PROTOCOL     5 /* tstr */
#define CCA_DEVICE_VCA          6 /* bstr, with SPDM only */

/* Entries of a key in CCA_TBB_ROTPK [draft] [veraison]. */
#define CCA_ROTPK_NAME  1 /* tstr */
#define CCA_ROTPK_ARRAY 2 /* int: the array of keys that is in use */
#define CCA_ROTPK_INDEX 3 /* int */
#define CCA_ROTPK_HASH  4 /* bstr: 32, 48 or 64 */

/* Claims of the Realm part [draft] [veraison]; RIM and REM: bytes of the
 * Realm's hash. */
#define CCA_REALM_INSTANCE_ID 256 /* bstr, 33 as above; 2.0 only [rmm] */
#define CCA_REALM_RPV         44235 /* bstr, 64: personalization value */
#define CCA_REALM_HASH        44236 /* tstr */
#define CCA_REALM_KEY         44237 /* bstr: a COSE_Key */
#define CCA_REALM_RIM         44238 /* bstr */
#define CCA_REALM_REMS        44239 /* array of four bstr */
#define CCA_REALM_KEY_HASH    44240 /* tstr: of the platform's challenge */
#define CCA_REALM_MEC_POLICY  44243 /* 0 shared, 1 private; 2.0 only [rmm] */
#define CCA_REALM_LFA_POLICY  44244 /* 0 disallow, 1 allow; optional [rmm-2] */
#define CCA_REALM_DEVICES     44257 /* bstr: a hash; with devices only [rmm-2] */

#define CCA_CHALLENGE_SIZE   64
#define CCA_ID_SIZE          32
#define CCA_INSTANCE_ID_SIZE 33
#define CCA_INSTANCE_ID_RAND 0x01 /* an EAT UEID of type RAND */
#define CCA_RPV_SIZE         64
#define CCA_REMS             4

/* Profiles: the first of each part is written, all are read [draft] [rmm].
 * Those of the platform since 2026 may end in the name of a signing model. */
#define CCA_PLATFORM_PROFILE        "tag:arm.com,2023:cca_platform#1.0.0"
#define CCA_PLATFORM_PROFILE_OLD    "http://arm.com/CCA-SSD/1.0.0" /* [veraison] */
#define CCA_PLATFORM_PROFILE_2024   "tag:arm.com,2024:cca_platform#2.0.0"
#define CCA_PLATFORM_PROFILE_2026   "tag:arm.com,2026:cca_platform#2.0.0"
#define CCA_PLATFORM_PROFILE_2026_1 "tag:arm.com,2026:cca_platform#2.1.0"
#define CCA_REALM_PROFILE           "tag:arm.com,2024:realm#2.0.0" /* [rmm] */
#define CCA_REALM_PROFILE_1_0       "tag:arm.com,2023:realm#1.0.0"
#define CCA_REALM_PROFILE_2026      "tag:arm.com,2026:realm#2.0.0"

/* Names of hashes, from the IANA registry that the draft points to. */
#define CCA_SHA_256 "sha-256"
#define CCA_SHA_384 "sha-384"
#define CCA_SHA_512 "sha-512"

/* Security lifecycle: bits 15:8 are the state, bits 7:0 are the platform's
 * own [draft] [veraison]. */
#define CCA_LIFECYCLE_STATE(value)       ((value) & 0xff00)
#define CCA_LIFECYCLE_UNKNOWN            0x0000
#define CCA_LIFECYCLE_ASSEMBLY           0x1000
#define CCA_LIFECYCLE_PROVISIONING       0x2000
#define CCA_LIFECYCLE_SECURED            0x3000
#define CCA_LIFECYCLE_NON_PLATFORM_DEBUG 0x4000
#define CCA_LIFECYCLE_RECOVERABLE_DEBUG  0x5000
#define CCA_LIFECYCLE_DECOMMISSIONED     0x6000

#endif
