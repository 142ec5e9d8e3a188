/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reeve completion SHELL: prints the shell's completion script. The scripts are
 * thin: each asks `reeve completion SHELL -- WORD ...` (complete.c) what the
 * last word may become, and shows the answer.
 */
#include <string.h>

#include "toolstack/cli/cli.h"

/* A name that ends with = is the begin of KEY=VALUE, so that no space follows
 * it. */
static const char bash_script[] =
	"# bash completion for reeve(1), made by: reeve completion bash\n"
	"_reeve()\n"
	"{\n"
	"\tlocal line word files cur=${COMP_WORDS[COMP_CWORD]}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tcase $line in\n"
	"\t\t$'\\t'*)\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tmapfile -t files < <(compgen -f -- \"$cur\")\n"
	"\t\t\tCOMPREPLY+=(\"${files[@]}\") ;;\n"
	"\t\t*)\n"
	"\t\t\tprintf -v word %q \"${line%%$'\\t'*}\"\n"
	"\t\t\tCOMPREPLY+=(\"$word\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${COMP_WORDS[0]}\" completion bash -- \\\n"
	"\t\t\"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
	"\tif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\tfi\n"
	"}\n"
	"complete -F _reeve reeve\n";

static const char zsh_script[] =
	"#compdef reeve\n"
	"# zsh completion for reeve(1), made by: reeve completion zsh\n"
	"_reeve()\n"
	"{\n"
	"\tlocal line word files=''\n"
	"\tlocal -a found shown keys\n"
	"\tfor line in \"${(@f)$(\"${words[1]}\" completion zsh -- \\\n"
	"\t\t\"${(@Q)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
	"\t\tword=${line%%$'\\t'*}\n"
	"\t\tcase $line in\n"
	"\t\t$'\\t'*) files=1 ;;\n"
	"\t\t*=$'\\t'*) keys+=(\"$word\") ;;\n"
	"\t\t?*) found+=(\"$word\"); shown+=(\"$word -- ${line#*$'\\t'}\") ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tcompadd -l -d shown -a found\n"
	"\tcompadd -S '' -a keys\n"
	"\tif [[ -n $files ]]; then\n"
	"\t\tcompset -P '--*='\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"if [[ $funcstack[1] == _reeve ]]; then\n"
	"\t_reeve \"$@\"\n"
	"else\n"
	"\tcompdef _reeve reeve\n"
	"fi\n";

static const char fish_script[] =
	"# fish completion for reeve(1), made by: reeve completion fish\n"
	"function __reeve_complete\n"
	"\tset -l words (commandline -opc) (commandline -ct)\n"
	"\tfor line in ($words[1] completion fish -- $words[2..-1] 2>/dev/null)\n"
	"\t\tif string match -q \\t'*' -- $line\n"
	"\t\t\t__fish_complete_path (commandline -ct)\n"
	"\t\telse\n"
	"\t\t\tstring join \\n -- $line\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"complete -c reeve -f -a '(__reeve_complete)'\n";

static const struct {
	const char *name;
	const char *script;
} shells[] = {
	{ "bash", bash_script },
	{ "zsh", zsh_script },
	{ "fish", fish_script },
};

#define SHELLS (sizeof(shells) / sizeof(shells[0]))

const char *cli_shell_name(size_t index)
{
	return index < SHELLS ? shells[index].name : NULL;
}

int cli_completion(const struct cli_call *call)
{
	for (size_t i = 0; i < SHELLS; i++) {
		if (strcmp(call->config, shells[i].name) != 0)
			continue;
		if (call->operand_count > 1) {
			cli_complete(call->operand_count - 1,
				     call->operands + 1);
		} else {
			fputs(shells[i].script, stdout);
		}
		return cli_finish_output();
	}
	fprintf(stderr,
		"reeve completion: no script for %s: "
		"only bash, zsh and fish are known\n",
		call->config);
	return CLI_WRONG;
}
