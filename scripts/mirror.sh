# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Other scripts source this file. mirror prints this machine's Debian mirror.
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt

# Prints the mirrors of this machine's own Debian release, best first. Once apt
# has its lists, it knows which mirrors are Debian's; before that, all that its
# sources name are printed.
machine_mirrors() {
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # the format is apt's, not the shell's
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' "Codename: $codename" || :
	apt-get update --print-uris |
		sed -En "s,^'(.+)/dists/($codename|stable)/main/.*,\1,p"
}

mirror() {
	if [ -n "${REEVE_MIRROR-}" ]; then
		echo "$REEVE_MIRROR"
		return
	fi
	machine_mirrors | sed '/^cdrom:/d; s,/$,,' | head -n 1
}
