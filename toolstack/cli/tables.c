/* SPDX-License-Identifier: BSD-3-Clause */
/* The two tables behind parsing, --help and completion. */
#include "toolstack/cli/cli.h"

const struct cli_option cli_options[] = {
	{ CLI_JSON, 0, "json", NULL, "print a JSON document" },
	{ CLI_STRICT, 0, "strict", NULL,
		"read the file as xl itself does, and nothing more" },
	{ CLI_ALLOW_UNKNOWN, 0, "allow-unknown", NULL,
		"warn of unknown keys instead of refusing them" },
	{ CLI_DRY_RUN, 'n', "dryrun", NULL,
		"show what would be made, and make nothing" },
	{ CLI_SOURCE, 0, "source", NULL, "print the tree as text (dts)" },
	{ CLI_OUTPUT, 'o', "output", "FILE", "write there" },
	{ CLI_DEFCONFIG, 'f', "defconfig", "FILE",
		"the configuration file, as an option" },
	{ CLI_SET, 's', "set", "KEY=VALUE",
		"a setting, with quotes added if the key takes text" },
	{ CLI_HELP, 'h', "help", NULL, "show this help" },
	{ 0 },
};

const struct cli_verb cli_verbs[] = {
	{ "check", CLI_CONFIG_EXTRAS,
		CLI_JSON | CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_DEFCONFIG |
			CLI_SET,
		"tell all that is wrong with a configuration",
		"Needs no host. Exit code 0: the configuration would be\n"
		"accepted; 2: it is refused, and every reason is printed.\n",
		cli_check },
	{ "create", CLI_CONFIG_EXTRAS,
		CLI_DRY_RUN | CLI_JSON | CLI_STRICT | CLI_ALLOW_UNKNOWN |
			CLI_DEFCONFIG | CLI_SET,
		"make a guest (this release: with -n, show what it would be)",
		"With -n: prints the configuration with every default filled\n"
		"in, what is loaded where, and a Realm's measurement, having\n"
		"built that Realm on the model engine.\n",
		cli_create },
	{ "dtb", CLI_CONFIG_EXTRAS,
		CLI_OUTPUT | CLI_SOURCE | CLI_STRICT | CLI_ALLOW_UNKNOWN |
			CLI_DEFCONFIG | CLI_SET,
		"print the device tree that a guest would get",
		"Writes the blob to the standard output or to FILE (-o). The\n"
		"guest's files are read: they decide the tree.\n",
		cli_dtb },
	{ "measure", CLI_CONFIG_EXTRAS,
		CLI_JSON | CLI_OUTPUT | CLI_STRICT | CLI_ALLOW_UNKNOWN |
			CLI_DEFCONFIG | CLI_SET,
		"predict a Realm's initial measurement (RIM)",
		"Builds the Realm on the model engine and reads its RIM. With\n"
		"-o the argument is a folder (made if needed) that receives\n"
		"the segments as they are measured: kernel, initrd, dtb.\n",
		cli_measure },
	{ "parse", CLI_CONFIG, CLI_STRICT | CLI_DEFCONFIG,
		"print the settings of a file as JSON, without judging them",
		"The settings in effect, as libxlutil would hold them.\n",
		cli_parse_verb },
	{ "keys", CLI_NO_OPERANDS, CLI_JSON, "list the configuration keys",
		"Name, type, range, default and purpose of every key.\n",
		cli_keys },
	{ "completion", CLI_SHELL, 0,
		"print a completion script for a shell (bash)",
		"Use it as: source <(reeve completion bash)\n", cli_completion },
	{ 0 },
};
