/* SPDX-License-Identifier: BSD-3-Clause */
/* reeve cp: attests a guest, then runs scp with its keys and no others. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

/* Returns an argument for scp: the user's, with the guest's user in front if it
 * begins with the domain and a colon. The caller frees. NULL: out of memory. */
static char *argument_make(const struct cli_target *target,
			   const struct cli_attested *attested,
			   const char *argument)
{
	size_t length = target->domain != NULL ? strlen(target->domain) : 0;
	char *text;

	if (length == 0 || strncmp(argument, target->domain, length) != 0 ||
	    argument[length] != ':')
		return strdup(argument);
	if (asprintf(&text, "%s@%s%s", target->user, attested->inputs.name,
		     argument + length) < 0)
		return NULL;
	return text;
}

static int cp_run(const struct cli_call *call, const struct cli_target *target,
		  const struct cli_attested *attested)
{
	size_t own = target->domain != NULL;
	size_t count = call->operand_count - own;
	char **arguments = calloc(count + 1, sizeof(*arguments));
	const struct cli_ssh scp = {
		.program = "scp",
		.arguments = (const char *const *)arguments,
		.argument_count = count,
		.input = -1,
	};
	size_t made = 0;
	int code;

	while (arguments != NULL && made < count) {
		arguments[made] = argument_make(target, attested,
						call->operands[own + made]);
		if (arguments[made] == NULL)
			break;
		made++;
	}
	if (arguments != NULL && made == count)
		code = cli_ssh_run(call, attested, &scp);
	else
		code = cli_print_text(NULL);
	while (made > 0)
		free(arguments[--made]);
	free(arguments);
	return code;
}

int cli_cp(const struct cli_call *call)
{
	return cli_ssh_verb(call, "cp", "scp", cp_run);
}
