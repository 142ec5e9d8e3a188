/* SPDX-License-Identifier: BSD-3-Clause */
/* The boundaries that lib/image.ld gives an image; each is page-aligned. */
#ifndef REEVE_LIB_IMAGE_H
#define REEVE_LIB_IMAGE_H

extern char image_start[];
extern char image_text_end[];
extern char image_rodata_end[];
extern char image_file_end[];
extern char image_bss_start[];
extern char image_bss_end[];
extern char image_end[];

#endif
