# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name the places in which a line may set keepalive keys after the boot, as glob(7) patterns.

Sources: rc.local(8), crontab(5), systemd.unit(5), udev(7), interfaces(5), NetworkManager-dispatcher(8), wg-quick(8),
ufw-framework(8), tuned-main.conf(5), saptune(8), and the documentation of cloud-init, monit, supervisor and WSL.
"""

# This module util is private to the collection: it may change at any time.

from __future__ import annotations

import re
import typing as t

from ansible_collections.linux.tcp.plugins.module_utils._writers import formats
from ansible_collections.linux.tcp.plugins.module_utils._writers.lines import (
    RELEVANT,
)
from ansible_collections.linux.tcp.plugins.module_utils._writers.unit_rights import GIVES_RIGHTS

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._writers.formats import Format

# By priority: of files with the same name the first one counts. What is below /run is gone after a reboot.
_UDEV = ("/etc/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d")
_MODPROBE = ("/etc/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d")
_TMPFILES = ("/etc/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d")
_GENERATORS = ("/etc/systemd/system-generators", "/usr/local/lib/systemd/system-generators")
_NETWORK_MANAGER = ("/etc/NetworkManager/dispatcher.d", "/usr/lib/NetworkManager/dispatcher.d")
HIDING_FOLDERS = ((*_UDEV, "/lib/udev/rules.d"), (*_MODPROBE, "/lib/modprobe.d"), _TMPFILES)
HIDING_FOLDERS_OF_SCRIPTS = (_GENERATORS, _NETWORK_MANAGER)
# Scripts that an init starts, and others that run only where they are executable.
RC_SCRIPTS = (
    "/etc/init.d/rcS",
    "/etc/rc[2-5S].d/S*",
    "/etc/rc.d/rc[2-5S].d/S*",
    "/etc/rc.d/S*",  # of OpenWrt
    "/etc/rc.d/rc.[A-Za-z]*",  # of Slackware
    "/etc/runit/[12]",
    "/etc/service/*/run",
    "/etc/runit/runsvdir/*/*/run",
)
SOURCED_SCRIPTS = ("/etc/runit/core-services/*.sh",)  # of Void, by /etc/runit/1
OPENRC_SOURCED = ("/etc/rc.conf", "/etc/conf.d/*")  # by its scripts
OPENRC_SCRIPTS = (
    "/etc/runlevels/[A-Za-rt-z0-9]*/*",
    "/etc/runlevels/s[a-gi-z]*/*",
    "/etc/local.d/*.start",
)  # without shutdown
SYSTEMD_RC_SCRIPTS = ("/etc/rc[2-5].d/S*", "/etc/rc.d/rc[2-5].d/S*")  # systemd-sysv-generator(8)
# systemd.generator(7), systemd-sleep(8)
SYSTEMD_SCRIPTS = (
    *(f"{folder}/*" for folder in _GENERATORS),
    "/etc/systemd/system-sleep/*",
    "/usr/lib/systemd/system-sleep/*",
)
EXECUTABLES = (
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/init.d/boot.local",
    "/etc/init.d/after.local",
    "/etc/network/if-pre-up.d/*",
    "/etc/network/if-up.d/*",
    "/etc/sysconfig/network-scripts/ifup*",
    "/etc/sysconfig/network/scripts/*",
    "/sbin/ifup-local",
    "/sbin/ifup-pre-local",
    "/etc/ppp/ip-up",
    "/etc/ppp/ip-up.local",
    "/etc/ppp/ip-pre-up",
    "/etc/ppp/ipv6-up",
    "/etc/ppp/ip-up.d/*",
    "/etc/ppp/ipv6-up.d/*",
    "/etc/dhcp/dhclient.d/*",
    "/etc/udhcpc/*/*",
    "/etc/ufw/*.init",
    "/etc/libvirt/hooks/*",
    "/etc/libvirt/hooks/*.d/*",
    "/etc/pm/sleep.d/*",
    "/etc/pm/power.d/*",
    "/etc/acpi/*.sh",
    "/etc/update-motd.d/*",  # pam_motd(8)
    "/var/lib/cloud/scripts/per-boot/*",
    "/var/lib/cloud/instance/boothooks/*",
    "/etc/cron.hourly/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/etc/cron.monthly/*",
    *(f"{folder}/{name}" for folder in _NETWORK_MANAGER for name in ("*", "*.d/*")),
    "/etc/networkd-dispatcher/*.d/*",
    "/usr/lib/networkd-dispatcher/*.d/*",
)
# What cloud-init runs once by default, by the module of it that does so.
CLOUD_SCRIPTS = {
    "scripts_user": "/var/lib/cloud/instance/scripts/*",
    "scripts_vendor": "/var/lib/cloud/instance/scripts/vendor/*",
    "scripts_per_instance": "/var/lib/cloud/scripts/per-instance/*",
    "scripts_per_once": "/var/lib/cloud/scripts/per-once/*",
}
_ZSH = ("shenv", "profile", "shrc", "login")
# Texts that another program reads, each with its format. Of the users' own profiles root's only: no other user may set
# these keys.
TEXTS: dict[str, Format] = {
    **dict.fromkeys(("/etc/network/interfaces", "/etc/network/interfaces.d/*"), formats.lines),
    **dict.fromkeys(
        (
            "/etc/dhcp/dhclient-*-hooks",
            "/etc/dhcp/dhclient-*-hooks.d/*",
            "/etc/dhclient-*-hooks",
            "/etc/dhcpcd.enter-hook",
            "/etc/dhcpcd.exit-hook",
            "/usr/lib/dhcpcd/dhcpcd-hooks/*",
            "/usr/libexec/dhcpcd-hooks/*",
            "/etc/udhcpc.user",
            "/etc/udhcpc.user.d/*",
            "/etc/hotplug.d/*/*",  # of OpenWrt
            "/etc/csf/csfpre.sh",
            "/etc/csf/csfpost.sh",
            "/etc/shorewall/init",
            "/etc/shorewall/start",
            "/etc/shorewall/started",
            "/etc/firewall.user",
            "/etc/profile",
            "/etc/profile.d/*.sh",
            "/etc/profile.local",  # of SUSE
            "/etc/bash.bashrc",
            "/etc/bash.bashrc.local",
            "/etc/bashrc",
            "/root/.profile",
            "/root/.bash_profile",
            "/root/.bash_login",
            "/root/.bashrc",
            *(f"{begin}z{name}" for begin in ("/etc/", "/etc/zsh/", "/root/.") for name in _ZSH),
            "/etc/ssh/sshrc",
            "/root/.ssh/rc",
        ),
        formats.script,
    ),
    **dict.fromkeys(("/etc/crontab", "/etc/cron.d/*"), formats.system_crontab),
    "/etc/anacrontab": formats.anacrontab,
    **dict.fromkeys(
        (
            "/var/spool/cron/root",
            "/var/spool/cron/crontabs/root",
            "/var/spool/cron/tabs/root",
            "/etc/crontabs/root",
        ),
        formats.crontab,
    ),
    **dict.fromkeys(
        ("/var/spool/cron/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/tabs/*", "/etc/crontabs/*"),
        formats.users_crontab,
    ),
    **dict.fromkeys((f"{folder}/*.rules" for folder in _UDEV), formats.udev_rules),
    **dict.fromkeys((f"{folder}/*.conf" for folder in _MODPROBE), formats.modprobe),
    **dict.fromkeys(
        (
            "/etc/csh.cshrc",
            "/etc/csh.login",
            "/etc/logrotate.conf",
            "/etc/logrotate.d/*",
            "/etc/keepalived/keepalived.conf",
            "/etc/keepalived/conf.d/*.conf",
            "/etc/openvpn/*.conf",
            "/etc/openvpn/*/*.conf",
        ),
        formats.lines,
    ),
    **dict.fromkeys(
        (
            "/etc/cloud/cloud.cfg",
            "/etc/cloud/cloud.cfg.d/*.cfg",
            "/var/lib/cloud/instance/cloud-config.txt",  # the user data
            "/var/lib/cloud/instance/vendor-cloud-config.txt",
            "/var/lib/cloud/instance/vendor2-cloud-config.txt",
        ),
        formats.cloud_config,
    ),
    "/etc/wsl.conf": formats.wsl,
    "/etc/netctl/*": formats.loose,
    "/etc/wireguard/*.conf": formats.wireguard,
    **dict.fromkeys(
        (
            "/etc/supervisord.conf",
            "/etc/supervisord.d/*",
            "/etc/supervisor/supervisord.conf",
            "/etc/supervisor/conf.d/*",
        ),
        formats.supervisor,
    ),
    **dict.fromkeys(
        ("/etc/monitrc", "/etc/monit.d/*", "/etc/monit/monitrc", "/etc/monit/conf.d/*", "/etc/monit/conf-enabled/*"),
        formats.monit,
    ),
}
# Where /lib is not /usr/lib.
LIB_TEXTS: dict[str, Format] = {
    "/lib/udev/rules.d/*.rules": formats.udev_rules,
    "/lib/modprobe.d/*.conf": formats.modprobe,
    "/lib/dhcpcd/dhcpcd-hooks/*": formats.script,
}
LIB_SCRIPTS = ("/lib/systemd/system-sleep/*",)  # of systemd
# Of these, or of the folders that they are in, distributions close some to all users but root. There the tables are
# missing or set nothing, and so does the user data of an instance that was given none. That in /etc/crontabs is
# Alpine's, where /var/spool/cron/crontabs is a link to this folder: the APKBUILD of alpine-baselayout.
CLOSED_TO_USERS = frozenset(
    (
        *("/root", "/etc/anacrontab", "/var/spool/cron", "/var/spool/cron/crontabs", "/var/spool/cron/tabs"),
        *("/etc/crontabs", "/etc/crontabs/root", "/etc/csf", "/root/.ssh"),
        *("/var/lib/cloud/instance/cloud-config.txt", "/var/lib/cloud/instance/vendor-cloud-config.txt"),
        "/var/lib/cloud/instance/vendor2-cloud-config.txt",
    )
)
INITTAB = "/etc/inittab"
QUADLETS = tuple(
    f"{folder}/containers/systemd/{name}.container" for folder in ("/etc", "/usr/share") for name in ("*", "*/*")
)
# podman-systemd.unit(5): of the managers of users, whose containers set no key of the host.
QUADLETS_OF_USERS = ("/etc/containers/systemd/users/", "/usr/share/containers/systemd/users/")
TMPFILES = tuple(f"{folder}/*.conf" for folder in _TMPFILES)
# By priority, as in systemd.unit(5): of units with the same name the first one counts.
UNIT_FOLDERS = (
    "/etc/systemd/system.control",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
# With what may start other units, and runs no command itself.
STARTERS = tuple(f"*.{kind}{rest}" for kind in ("target", "timer", "path", "*mount") for rest in ("", ".d/*.conf"))
UNITS = ("*.service", "*.socket", "*.service.d/*.conf", "*.socket.d/*.conf", "service.d/*.conf")
# Scripts of an administrator that a line calls by their whole path; not those of packages.
_OF_SCRIPTS = (
    "app|appl|apps|boot|config|data|etc|home|mnt|nfs|opt|persist|root|scripts|software|srv|storage|u01|usr/local|usr/sap"
    "|var/lib|var/opt|var/scripts|var/www"
)
_FOLDERS = f"/(?:{_OF_SCRIPTS})".encode()
CALLED = re.compile(_FOLDERS + rb"/[^\s'\"`;|&<>(){}$*?\[\]]+")
# What may name one: its folder, the home folder, or the folder of the script itself.
CALLS = re.compile(
    _FOLDERS + rb"\b|(?:^|[\s=:\"'])~(?:root)?(?:[/;&\s\"']|\Z)|\$\{?(?:HOME|0|BASH_SOURCE)\b|%h/", re.MULTILINE
)
# There programs have what is theirs, much of it closed to users: only what ends so is a script.
STATE, SCRIPT_OF_STATE = ("/boot/", "/var/lib/", "/var/opt/", "/var/www/"), ".sh"
HOME = "/root"  # of the user that these lines run as
# Where the programs are that an administrator has added; lines call them by their names alone.
LOCAL_FOLDERS = ("/usr/local/sbin", "/usr/local/bin")
UDEV_PROGRAMS = ("/usr/lib/udev", "/lib/udev")
MOST_CALLED = 1000  # with what only looks so: units name their programs' configuration, too
TUNED_ACTIVE = ("/etc/tuned/active_profile", "/etc/tuned/post_loaded_profile")
TUNED_CONF = "/etc/tuned/tuned-main.conf"

UFW = "/etc/ufw/ufw.conf"
# Where it is, a probe leaves the host to the module.
SAPTUNE = "/etc/sysconfig/saptune"

# All of these, as glob(7) patterns: with systemd, and without; and what may be called.
_PLACES = (*EXECUTABLES, *CLOUD_SCRIPTS.values(), *TEXTS)
_SYSTEMD_PLACES = (
    *SYSTEMD_RC_SCRIPTS,
    *SYSTEMD_SCRIPTS,
    *TMPFILES,
    *QUADLETS,
    *(f"{folder}/{name}" for folder in UNIT_FOLDERS[:-1] for name in UNITS),
)
_OPENRC_PLACES = OPENRC_SCRIPTS + OPENRC_SOURCED
PLACES = {True: _PLACES + _SYSTEMD_PLACES, False: (*_PLACES, *RC_SCRIPTS, *SOURCED_SCRIPTS, *_OPENRC_PLACES, INITTAB)}
# The same, where /lib is not /usr/lib.
LIB_PLACES = {
    True: (*(f"{UNIT_FOLDERS[-1]}/{name}" for name in UNITS), *LIB_TEXTS, *LIB_SCRIPTS),
    False: tuple(LIB_TEXTS),
}
_NAME_ERE = "[^][:space:]'\"`;|&<>(){}$*?[]+"
CALLED_ERE = f"/({_OF_SCRIPTS})/{_NAME_ERE}"
# The list of folders in which a shell looks for programs, and those folders, as a pattern of a shell.
SEARCHED_ERE = "(^|[^#[:alnum:]_])PATH['\"]?[[:space:]]*=[[:space:]]*[^][:space:];&|()<>]+"
FOLDER_PATTERN = "|".join(f"/{folder}/*" for folder in _OF_SCRIPTS.split("|"))
HOME_ERE = f"(~(root)?|[$][{{]?HOME[}}]?|%h)/{_NAME_ERE}"
# Not of a variable whose name ends in HOME: systemd's own units set HOME.
_HOME_FOLDER_ERE = (
    f"(cd[[:space:]]+|([A-DF-Za-z0-9_]|[^M]E|[^O]ME|[^H]OME)=)['\"]?(~|[$][{{]?HOME[}}]?|{HOME})(/{_NAME_ERE})?"
)
_ENTERED = "|".join(folder for folder in _OF_SCRIPTS.split("|") if folder not in ("etc", "home", "root", "usr/local"))
ENTERED_ERE = f"/({_ENTERED})([[:space:]'\"`;|&)]|$)|{_HOME_FOLDER_ERE}"
_GIVER_ERE = "(^|[[:space:];&|('\"/])((ba|da|a|k|mk|z)?sh|source|\\.|python[0-9.]*|perl|ruby|node|php|lua|tclsh|-f)"
# Not -f, which itself gives a file: a line that has it often would be read once for each.
_OPTION_ERE = "([-+]([0-9A-Za-eg-z_-][[:alnum:]_-]*|f[[:alnum:]_-]+)|pipefail)"
_OPTIONS_ERE = f"([[:space:]]+{_OPTION_ERE})*([[:space:]]+|[[:space:]]*<[[:space:]]*)"
GIVEN_ERE = f"{_GIVER_ERE}{_OPTIONS_ERE}['\"]?{CALLED_ERE}"
# What :func:`users_crontab` follows, as words.
RIGHTS_ERE = GIVES_RIGHTS.pattern.replace("(?:", "(").replace(r"\b", "")
RELEVANT_ERE = RELEVANT.pattern.decode().replace(r"\n", "")  # grep reads single lines
# What :func:`of_ufw` reads, and what tells :func:`of_tuned` that there is nothing to read.
UFW_AND_TUNED = (UFW, "/etc/ufw/sysctl.conf", "/etc/default/ufw", *TUNED_ACTIVE, TUNED_CONF)
