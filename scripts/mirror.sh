# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# For other scripts to source: prints the Debian mirror of this machine.
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt

# The mirrors of this machine's own Debian release, best first. Once apt has
# its lists it knows which of them are Debian's; before, only what is written.
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
