// SPDX-License-Identifier: BSD-3-Clause
// A payload.
void payload_main(void);

void payload_main(void)
{
	for (;;)
		;
}
