/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of options and verbs. Parsing, --help and the shell completion
 * work from them. */
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
	{ CLI_ENGINE, 'e', "engine", "ENGINE",
	  "machine (a CCA host of ours, the default) or model" },
	{ CLI_HOST, 0, "host", "NAME",
	  "the host; else REEVE_HOST, else default" },
	{ CLI_PAUSED, 'p', "paused", NULL, "leave it paused" },
	{ CLI_CONSOLE, 'c', "console", NULL, "attach to its console" },
	{ CLI_FOREGROUND, 'F', "foreground", NULL,
	  "stay until it ends, and return its result" },
	{ CLI_EXPECT_RIM, 0, "expect-rim", "HEX",
	  "go on only if this is the Realm's measurement" },
	{ CLI_QUIET, 'q', "quiet", NULL, "say nothing if all goes well" },
	{ CLI_NAME, 0, "name", "NAME",
	  "the host's; else REEVE_HOST, else default" },
	{ CLI_MEMORY, 0, "memory", "SIZE",
	  "RAM of the machine: MiB, or with K, M, G (2048)" },
	{ CLI_DMA_MEMORY, 0, "dma-memory", "SIZE",
	  "of that, what devices access and Realms cannot have" },
	{ CLI_CPUS, 0, "cpus", "N", "CPUs of the machine (at most 4)" },
	{ CLI_DEBUG_CONSOLE, 0, "debug-console", NULL,
	  "offer Realms the debug UART, and say so in tokens" },
	{ CLI_SHARE, 0, "share", "FOLDER[:...]",
	  "folders that guests can have by p9" },
	{ CLI_MONITOR, 0, "monitor", "FILE", "another monitor than ours" },
	{ CLI_RMM, 0, "rmm", "FILE", "another RMM than ours" },
	{ CLI_HYPERVISOR, 0, "hypervisor", "FILE",
	  "another hypervisor than ours" },
	{ CLI_KERNEL, 0, "kernel", "FILE",
	  "the kernel that this hypervisor starts (Xen's dom0)" },
	{ CLI_INITRD, 0, "initrd", "FILE", "that kernel's initial RAM disk" },
	{ CLI_CMDLINE, 0, "cmdline", "TEXT", "that kernel's command line" },
	{ CLI_HYP_CMDLINE, 0, "hypervisor-cmdline", "TEXT",
	  "the hypervisor's own (xen,xen-bootargs)" },
	{ CLI_ALL, 'a', "all", NULL, "all domains" },
	{ CLI_VERBOSE, 'v', "verbose", NULL, "tell more" },
	{ CLI_PLATFORM_KEY, 0, "platform-key", "FILE",
	  "the platform's public key, or several" },
	{ CLI_PLATFORM_ROOT, 0, "platform-root", "FILE",
	  "certificates (PEM) that vouch for its key" },
	{ CLI_CHALLENGE, 0, "challenge", "HEX",
	  "the challenge that the guest was given" },
	{ CLI_CHALLENGE_FILE, 0, "challenge-file", "FILE",
	  "the one that token challenge remembers there" },
	{ CLI_NO_CHALLENGE, 0, "no-challenge", NULL,
	  "accept a token of any time" },
	{ CLI_GUEST, 0, "config", "FILE",
	  "the guest's configuration, to predict its RIM" },
	{ CLI_REFS, 0, "refs", "FILE",
	  "its reference values (JSON or CoRIM) instead" },
	{ CLI_REFS_KEY, 0, "refs-key", "FILE",
	  "the key that must have signed the CoRIM" },
	{ CLI_NO_REFERENCES, 0, "no-references", NULL,
	  "accept a token of any guest" },
	{ CLI_ANY_PLATFORM, 0, "any-platform", NULL,
	  "do not compare a domain's platform with our firmware" },
	{ CLI_EVENTS, 0, "events", "FILE",
	  "what the guest measured, to predict its REMs" },
	{ CLI_POLICY, 0, "policy", "FILE", "what to accept" },
	{ CLI_DOMAIN_OPERAND, 'd', "domain", NULL,
	  "the argument is a domain of a host, not a file" },
	{ CLI_FROM_TOKEN, 0, "from-token", NULL,
	  "the argument is a token that is known to be good" },
	{ CLI_FROM, 0, "from", "DOCUMENT",
	  "what another builder loads; the argument is a folder" },
	{ CLI_PLATFORM, 0, "platform", NULL,
	  "the values of a host's platform, not of a Realm" },
	{ CLI_SIGN, 0, "sign", "FILE", "sign the CoRIM with this private key" },
	{ CLI_SIGNER, 0, "signer", "TEXT",
	  "the signer's name in it; else that of the key" },
	{ CLI_TAG_ID, 0, "tag-id", "TEXT",
	  "the tag's name; else one made of the values" },
	{ CLI_TAG_VERSION, 0, "tag-version", "N",
	  "the version of the tag of that name (0)" },
	{ CLI_NOT_BEFORE, 0, "not-before", "DATE",
	  "the day from which it is valid" },
	{ CLI_NOT_AFTER, 0, "not-after", "DATE",
	  "the last day on which it is valid" },
	{ CLI_DIGEST_NUMBERS, 0, "digest-numbers", NULL,
	  "name the hashes of digests by IANA's numbers" },
	{ CLI_CONNECT, 0, "connect", "PEER",
	  "where the guest answers: HOST:PORT or unix:PATH" },
	{ CLI_KNOWN_HOSTS, 0, "known-hosts", "FILE",
	  "write the guest's keys there, for ssh" },
	{ CLI_WAIT, 0, "wait", NULL,
	  "ask until the guest answers, as one that boots does" },
	{ CLI_SECRET, 0, "key", "FILE",
	  "the secret, as it is; - reads it, or lets it be typed" },
	{ CLI_FORMAT, 0, "format", NULL,
	  "make a new, empty state; refused if there is one" },
	{ CLI_REFRESH, 0, "refresh", NULL, "look for newer packages" },
	{ CLI_SSH_KEY, 0, "ssh-key", "FILE",
	  "public keys with which root may log in" },
	{ CLI_TYPE, 't', "type", "TYPE",
	  "which console: pv (hvc0) or vuart (the UART)" },
	{ CLI_HELP, 'h', "help", NULL, "show this help" },
	{ 0 },
};

const char *const cli_groups[] = { "host", "image", "token", NULL };

/* The options of the verbs that run a program of OpenSSH. */
#define ATTESTED                                                               \
	(CLI_CONNECT | CLI_HOST | CLI_WAIT | CLI_PLATFORM_KEY |                \
	 CLI_PLATFORM_ROOT | CLI_GUEST | CLI_REFS | CLI_REFS_KEY |             \
	 CLI_ANY_PLATFORM | CLI_EVENTS | CLI_POLICY | CLI_QUIET | CLI_STRICT | \
	 CLI_ALLOW_UNKNOWN | CLI_SET)

const struct cli_verb cli_verbs[] = {
	{ "check", CLI_CONFIG_EXTRAS,
	  CLI_JSON | CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_DEFCONFIG | CLI_SET,
	  "tell all that is wrong with a configuration",
	  "Needs no host. Exit code 0: a host of Reeve's would accept\n"
	  "it; 2: none would, and every reason is printed.\n",
	  cli_check },
	{ "create", CLI_CONFIG_EXTRAS,
	  CLI_DRY_RUN | CLI_JSON | CLI_STRICT | CLI_ALLOW_UNKNOWN |
		  CLI_DEFCONFIG | CLI_SET | CLI_ENGINE | CLI_HOST | CLI_PAUSED |
		  CLI_CONSOLE | CLI_FOREGROUND | CLI_EXPECT_RIM | CLI_QUIET,
	  "make a guest and run it",
	  "Starts the default host if it does not run and none is named.\n"
	  "Prints a Realm's measurement, as the model engine predicts it.\n"
	  "With -c or -F it stays, and does what on_poweroff, on_reboot and\n"
	  "on_crash say.\n"
	  "With -n it makes nothing, needs no host, and prints the\n"
	  "configuration with every default filled in, what is loaded\n"
	  "where, and a Realm's measurement.\n",
	  cli_create },
	{ "dtb", CLI_CONFIG_EXTRAS,
	  CLI_OUTPUT | CLI_SOURCE | CLI_STRICT | CLI_ALLOW_UNKNOWN |
		  CLI_DEFCONFIG | CLI_SET | CLI_ENGINE,
	  "print the device tree that a guest would get",
	  "Writes the blob to the standard output or to FILE (-o). The\n"
	  "guest's files are read: they decide the tree. With -e model an\n"
	  "ordinary guest is one of a Xen host.\n",
	  cli_dtb },
	{ "measure", CLI_MEASURED,
	  CLI_JSON | CLI_OUTPUT | CLI_FROM | CLI_STRICT | CLI_ALLOW_UNKNOWN |
		  CLI_DEFCONFIG | CLI_SET,
	  "predict a Realm's initial measurement (RIM)",
	  "Builds the Realm on the model engine and reads its RIM. With\n"
	  "-o the argument is a folder (made if needed) that receives\n"
	  "the segments as they are measured: kernel, initrd, dtb.\n"
	  "With --from the Realm is one that another builder makes, or\n"
	  "another RMM measures: DOCUMENT lists what is loaded where, and\n"
	  "FOLDER has the files. It has the form of measure --json.\n",
	  cli_measure },
	{ "map", CLI_MAPPED,
	  CLI_JSON | CLI_OUTPUT | CLI_DOMAIN_OPERAND | CLI_HOST | CLI_ENGINE |
		  CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_DEFCONFIG | CLI_SET,
	  "show a guest's address space",
	  "What is planned where; with -d what is behind the addresses\n"
	  "of a domain now, and its pages by kind. A table, or with\n"
	  "--json a document; with -o a picture (SVG), or the document\n"
	  "with both.\n",
	  cli_map },
	{ "refs", CLI_CONFIGS_EXTRAS,
	  CLI_JSON | CLI_OUTPUT | CLI_EVENTS | CLI_FROM_TOKEN | CLI_PLATFORM |
		  CLI_PLATFORM_KEY | CLI_DEBUG_CONSOLE | CLI_MONITOR | CLI_RMM |
		  CLI_HYPERVISOR | CLI_SIGN | CLI_SIGNER | CLI_TAG_ID |
		  CLI_TAG_VERSION | CLI_NOT_BEFORE | CLI_NOT_AFTER |
		  CLI_DIGEST_NUMBERS | CLI_STRICT | CLI_ALLOW_UNKNOWN |
		  CLI_DEFCONFIG | CLI_SET,
	  "print reference values, for verifiers",
	  "A CoRIM (CBOR) by the CCA Realm profile, of the Realms of all\n"
	  "configurations; or with --json the document of one, which\n"
	  "token verify --refs takes too. With --platform, and without\n"
	  "an argument, a CoRIM by the CCA platform profile, of the\n"
	  "firmware that host start would load with the same options;\n"
	  "--platform-key adds the host's key. With --from-token they\n"
	  "are the values in tokens, which are not verified here.\n",
	  cli_refs },
	{ "token show", CLI_TOKEN, CLI_JSON,
	  "print all that an attestation token says",
	  "Verifies nothing, and says whether a verifier would refuse\n"
	  "the form. Exit code 1: nothing can be shown.\n",
	  cli_token_show },
	{ "token verify", CLI_TOKEN,
	  CLI_JSON | CLI_PLATFORM_KEY | CLI_PLATFORM_ROOT | CLI_CHALLENGE |
		  CLI_CHALLENGE_FILE | CLI_NO_CHALLENGE | CLI_GUEST | CLI_REFS |
		  CLI_REFS_KEY | CLI_NO_REFERENCES | CLI_EVENTS | CLI_POLICY |
		  CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_SET,
	  "decide whether an attestation token is that guest's",
	  "Prints a line for each check. A platform key (or root), a\n"
	  "challenge and the guest's reference values are needed; only\n"
	  "--no-challenge and --no-references waive the last two. Exit\n"
	  "code 0: accepted; 1: a check failed, something is missing, or\n"
	  "it is no token.\n",
	  cli_token_verify },
	{ "token challenge", CLI_NEW_FILE_OR_NONE, 0,
	  "make a challenge for a guest's token",
	  "Prints 32 random bytes in hexadecimal. FILE, which must be\n"
	  "new, remembers them for token verify --challenge-file.\n",
	  cli_token_challenge },
	{ "token profiles", CLI_NO_OPERANDS, CLI_JSON,
	  "list the profiles of tokens, and what they demand",
	  "The table by which tokens are read and judged.\n",
	  cli_token_profiles },
	{ "attest", CLI_DOMAIN_OR_NONE,
	  CLI_CONNECT | CLI_HOST | CLI_WAIT | CLI_JSON | CLI_PLATFORM_KEY |
		  CLI_PLATFORM_ROOT | CLI_GUEST | CLI_REFS | CLI_REFS_KEY |
		  CLI_ANY_PLATFORM | CLI_EVENTS | CLI_POLICY | CLI_KNOWN_HOSTS |
		  CLI_STRICT | CLI_ALLOW_UNKNOWN | CLI_SET,
	  "ask a running guest for a token, and judge it",
	  "The guest runs reeve-guest serve, and is a domain of a host,\n"
	  "which is asked over its channel org.reeve.attest.0, or is\n"
	  "anywhere (--connect). Makes all checks of token verify, for a\n"
	  "nonce that is drawn now; then the SSH host keys that it prints\n"
	  "are those of this guest. --known-hosts writes them for ssh -o\n"
	  "HostKeyAlias=NAME, with the NAME that the configuration gives\n"
	  "the guest. With a domain and no key, its host's key is taken;\n"
	  "without reference values of a platform, our own firmware's.\n",
	  cli_attest },
	{ "ssh", CLI_SSH_ARGUMENTS, ATTESTED,
	  "attest a running guest, then open a shell in it",
	  "Attests as the verb attest does, and if no check failed runs\n"
	  "ssh with what follows --, and with the guest's host keys as\n"
	  "the only ones that ssh may accept. A domain is reached over\n"
	  "its channel org.reeve.ssh.0, as root unless USER says another,\n"
	  "and needs no network; what follows -- may be a command. With\n"
	  "--connect, what follows -- also names the machine.\n"
	  "Exit code: that of ssh, or as below if ssh was not run.\n",
	  cli_ssh },
	{ "cp", CLI_SCP_ARGUMENTS, ATTESTED,
	  "attest a running guest, then copy files to or from it",
	  "As the verb ssh, with scp. The guest's files are DOMAIN:PATH;\n"
	  "with --connect as scp has them.\n",
	  cli_cp },
	{ "unlock", CLI_SSH_ARGUMENTS, ATTESTED | CLI_SECRET | CLI_FORMAT,
	  "attest a guest that waits for a secret, then give it",
	  "As the verb ssh, with the command reeve-unlock of the guest,\n"
	  "which reads the secret (--key), of 1 to 4096 bytes. Nothing is\n"
	  "sent unless the guest is accepted; the host sees ciphertext.\n",
	  cli_unlock },
	{ "image build", CLI_SPECIFICATION,
	  CLI_OUTPUT | CLI_REFRESH | CLI_SSH_KEY,
	  "make a Debian of which every byte is measured",
	  "SPECIFICATION is a TOML file. -o names the folder that gets\n"
	  "guest.cfg, its kernel, initramfs and disk. Packages and\n"
	  "finished images are cached; an image that is there already\n"
	  "is copied. Without --ssh-key a pair of keys is made in the\n"
	  "folder.\n",
	  cli_image_build },
	{ "parse", CLI_CONFIG, CLI_STRICT | CLI_DEFCONFIG,
	  "print the settings of a file as JSON, without judging them",
	  "The settings in effect, as libxlutil would hold them.\n",
	  cli_parse_verb },
	{ "keys", CLI_NO_OPERANDS, CLI_JSON, "list the configuration keys",
	  "Name, type, range, default and purpose of every key.\n", cli_keys },
	{ "list", CLI_DOMAINS, CLI_HOST | CLI_JSON | CLI_VERBOSE,
	  "list the domains of a host",
	  "State is r running, b blocked, p paused, s ended and then why\n"
	  "(- powered off, r reboot, c crash), d dying.\n",
	  cli_list },
	{ "console", CLI_DOMAIN_OR_NONE, CLI_HOST | CLI_TYPE,
	  "attach to a domain's console",
	  "It is hvc0 if the guest has that, or else the UART; -t chooses.\n"
	  "Leave it with Ctrl-]. Ctrl-^ and a key sends a system request,\n"
	  "as sysrq does. What it said before comes first. Without a\n"
	  "DOMAIN it is the console of the host itself, if that runs\n"
	  "another hypervisor than ours.\n",
	  cli_console },
	{ "destroy", CLI_DOMAIN, CLI_HOST, "take a domain apart at once",
	  "Returns when all that it held is given back.\n", cli_destroy },
	{ "shutdown", CLI_DOMAIN_OR_NONE, CLI_HOST | CLI_ALL | CLI_QUIET,
	  "end a domain as if it had powered off",
	  "It is stopped at once: there is no way to ask a guest. It\n"
	  "stays until it is destroyed, or until the create -F that\n"
	  "follows it does what on_poweroff says.\n",
	  cli_shutdown },
	{ "reboot", CLI_DOMAIN_OR_NONE, CLI_HOST | CLI_ALL | CLI_QUIET,
	  "end a domain as if it had asked for a reboot",
	  "As shutdown; the create -F that follows it does what on_reboot\n"
	  "says: a Realm is made anew.\n",
	  cli_reboot },
	{ "pause", CLI_DOMAIN, CLI_HOST, "stop a domain's vCPUs", "", cli_pause },
	{ "unpause", CLI_DOMAIN, CLI_HOST, "let a domain's vCPUs go on", "",
	  cli_unpause },
	{ "rename", CLI_DOMAIN_NAME, CLI_HOST, "give a domain another name", "",
	  cli_rename },
	{ "sysrq", CLI_DOMAIN_KEY, CLI_HOST,
	  "send a system request to a domain's kernel",
	  "A break and KEY, a letter or a digit, on its UART: h prints\n"
	  "what a Linux kernel understands. Its console must be that\n"
	  "UART. What it answers is on the console.\n",
	  cli_sysrq },
	{ "domid", CLI_DOMAIN, CLI_HOST, "print the id of a domain", "",
	  cli_domid },
	{ "domname", CLI_DOMAIN, CLI_HOST, "print the name of a domain", "",
	  cli_domname },
	{ "vcpu-list", CLI_DOMAINS, CLI_HOST | CLI_JSON,
	  "list the vCPUs of domains", "With --json: their exits, too.\n",
	  cli_vcpu_list },
	{ "block-list", CLI_DOMAINS, CLI_HOST | CLI_JSON,
	  "list the disks of domains",
	  "As the host has them: a Realm trusts none of it.\n", cli_block_list },
	{ "network-list", CLI_DOMAINS, CLI_HOST | CLI_JSON,
	  "list the network interfaces of domains", "", cli_network_list },
	{ "channel", CLI_DOMAIN_CHANNEL, CLI_HOST,
	  "connect to a channel of a domain",
	  "Its standard input goes to the guest, and what the guest says\n"
	  "to the standard output, until either has ended. Also for ssh:\n"
	  "ssh -o ProxyCommand='reeve channel DOMAIN CHANNEL'.\n",
	  cli_channel },
	{ "channel-list", CLI_DOMAINS, CLI_HOST | CLI_JSON,
	  "list the channels of domains",
	  "With the socket or the terminal at which each ends.\n",
	  cli_channel_list },
	{ "uptime", CLI_DOMAINS, CLI_HOST | CLI_JSON,
	  "tell how long domains have been there", "", cli_uptime },
	{ "top", CLI_NO_OPERANDS, CLI_HOST, "watch what domains have of the CPUs",
	  "On a terminal every second until Ctrl-C, else once.\n", cli_top },
	{ "info", CLI_FIELD_OR_NONE, CLI_HOST | CLI_JSON,
	  "tell what a host has and can", "With FIELD: only its value.\n",
	  cli_info },
	{ "dmesg", CLI_NO_OPERANDS, CLI_HOST, "print a host's log", "",
	  cli_dmesg },
	{ "host start", CLI_NO_OPERANDS,
	  CLI_NAME | CLI_MEMORY | CLI_DMA_MEMORY | CLI_CPUS | CLI_DEBUG_CONSOLE |
		  CLI_SHARE | CLI_MONITOR | CLI_RMM | CLI_HYPERVISOR |
		  CLI_KERNEL | CLI_INITRD | CLI_CMDLINE | CLI_HYP_CMDLINE,
	  "start a CCA host on QEMU",
	  "Returns when it answers. It stays until host stop. A\n"
	  "hypervisor can be another project's: Xen, or without --kernel\n"
	  "a Linux kernel that starts at EL2. Such a host has no guests\n"
	  "of reeve's; its console is reeve console --host NAME.\n",
	  cli_host_start },
	{ "host stop", CLI_NO_OPERANDS, CLI_NAME,
	  "end a host with all its guests",
	  "Also removes what is left of one that died.\n", cli_host_stop },
	{ "host trim", CLI_NO_OPERANDS, CLI_NAME | CLI_QUIET,
	  "give unused memory of a host back",
	  "To the computer that it runs on. destroy does so, too.\n",
	  cli_host_trim },
	{ "host status", CLI_NO_OPERANDS, CLI_NAME | CLI_JSON,
	  "tell whether a host runs, and what its devices did",
	  "Exit code 0: it runs; 1: it does not.\n", cli_host_status },
	{ "host list", CLI_NO_OPERANDS, CLI_JSON, "list the hosts", "",
	  cli_host_list },
	{ "host show-key", CLI_NO_OPERANDS, CLI_JSON | CLI_NAME,
	  "print a host's platform key",
	  "The public key that its platform token is signed with, as\n"
	  "PEM, or with --json as a JWK.\n",
	  cli_host_show_key },
	{ "completion", CLI_SHELL, 0, "print a completion script for a shell",
	  "SHELL is bash, zsh or fish. Use it as:\n"
	  "  source <(reeve completion bash)\n"
	  "  source <(reeve completion zsh)\n"
	  "  reeve completion fish | source\n"
	  "With WORDs, which the scripts give, it prints what the last of\n"
	  "them may become.\n",
	  cli_completion },
	{ "version", CLI_NO_OPERANDS, 0, "print the version of reeve", "",
	  cli_version },
	{ 0 },
};
