/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The numbers of a CoRIM (draft-ietf-rats-corim-10), and what the profiles of
 * draft-ydb-rats-cca-endorsements-04 make of them. Compared with
 * github.com/veraison/corim (profiles/cca).
 */
#ifndef REEVE_TOOLSTACK_TOKEN_CORIM_H
#define REEVE_TOOLSTACK_TOKEN_CORIM_H

#define CORIM_TAG          501 /* tagged-unsigned-corim-map */
#define CORIM_ID           0
#define CORIM_TAGS         1
#define CORIM_PROFILE      3
#define CORIM_VALIDITY     4
#define CORIM_NOT_BEFORE   0 /* in a validity map: seconds since 1970 */
#define CORIM_NOT_AFTER    1
#define CORIM_TIME         1 /* the tag of such a time */
#define CORIM_COMID        506 /* tagged-concise-mid-tag, encoded in bytes */
#define CORIM_URI          32
#define CORIM_TAGGED_BYTES 560
#define CORIM_TAGGED_UEID  550
#define CORIM_TAGGED_KEY   554 /* SubjectPublicKeyInfo in PEM */
#define CORIM_MASKED       563 /* [value, mask] */

/* Each profile has two names: the drafts have the first up to -03, as the
 * verifiers of Veraison still do, and its newer programs the second. */
#define CORIM_REALM          "tag:arm.com,2025:cca_realm#1.0.0"
#define CORIM_PLATFORM       "tag:arm.com,2025:cca_platform#1.0.0"
#define CORIM_REALM_LATER    "tag:arm.com,2025:endorsements/cca_realm#1.0.0"
#define CORIM_PLATFORM_LATER "tag:arm.com,2025:endorsements/cca_platform#1.0.0"

/* Protected headers of a signed CoRIM. */
#define CORIM_HEADER_CONTENT 3 /* the payload's media type, CORIM_MEDIA_TYPE */
#define CORIM_HEADER_META    8 /* a map, encoded in bytes */
#define CORIM_HEADER_CLAIMS  15 /* a map: claims of a CWT (RFC 9597) */
#define CORIM_MEDIA_TYPE     "application/rim+cbor"
#define CORIM_SIGNER         0 /* in the meta map */
#define CORIM_SIGNED_WHILE   1 /* in the meta map: a validity map */
#define CORIM_SIGNER_NAME    0 /* in the signer map */
#define CWT_NOT_AFTER        4 /* "exp" in the claims: seconds, without a tag */
#define CWT_NOT_BEFORE       5 /* "nbf" */

#define COMID_IDENTITY     1
#define COMID_TAG_ID       0
#define COMID_TAG_VERSION  1
#define COMID_TRIPLES      4
#define COMID_REFERENCES   0 /* in the triples map */
#define COMID_ATTEST_KEYS  3
#define COMID_CLASS        0 /* in an environment map */
#define COMID_CLASS_ID     0
#define COMID_INSTANCE     1 /* in an environment map */
#define COMID_MKEY         0 /* in a measurement map */
#define COMID_MVAL         1
#define COMID_VERSION      0 /* in a measurement values map */
#define COMID_DIGESTS      2
#define COMID_RAW_VALUE    4
#define COMID_RAW_MASK     5 /* the old way, beside CORIM_TAGGED_BYTES */
#define COMID_NAME         11
#define COMID_CRYPTO_KEYS  13
#define COMID_VERSION_TEXT 0 /* in a version map */

/* Keys of a platform's measurements. */
#define CORIM_SOFTWARE      "cca.software-component"
#define CORIM_CONFIG        "cca.platform-config"
#define CORIM_MANUFACTURING "cca.platform-manufacturing-config"

/* Keys of a Realm's measurements. "cca.rem0" to "cca.rem3" are the REMs. */
#define CORIM_RIM "cca.rim"
#define CORIM_REM "cca.rem"
#define CORIM_RPV "cca.rpv"

/* Numbers of hashes (IANA's Named Information registry); or names. */
#define CORIM_SHA_256 1
#define CORIM_SHA_384 7
#define CORIM_SHA_512 8

#endif
