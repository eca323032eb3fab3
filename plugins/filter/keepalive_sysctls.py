# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: keepalive_sysctls
short_description: Format the values as sysctls for containers, pods and ECS tasks
version_added: 1.0.0
description:
  - Turns the three values into a mapping, a list or command-line options, with the full names of the sysctls.
  - With it, hosts, pods and compose files can have one source of values.
  - Containers need values of their own, because a new network namespace never inherits those of the host.
    R(guide_namespaces, ansible_collections.linux.tcp.docsite.guide_namespaces) among the collection's guides has an
    example for each engine.
  - The values are checked as M(linux.tcp.keepalive) checks them.
positional: _input, form
options:
  _input:
    description:
      - A mapping with V(time), V(intvl) and V(probes), as the options of M(linux.tcp.keepalive) are called. V(interval)
        is an alias of V(intvl).
      - The names may begin with V(keepalive_), as the variables of the role P(linux.tcp.keepalive#role) do.
      - A value that is not given, or is V(null), is left out of the result. At least one has to be given. Any other
        name is an error.
    type: dict
    required: true
  form:
    description:
      - The form of the result.
      - V(mapping) has the values by the names of the sysctls. Compose takes it as C(sysctls). The module
        C(containers.podman.podman_container) takes it as its option C(sysctl), and CNI's plugin C(tuning) as C(sysctl).
      - V(list) has a mapping with name and value for each sysctl. Kubernetes and C(podman kube play) take it as
        C(securityContext.sysctls) of a pod. Amazon ECS takes it as C(systemControls) of a container.
      - V(options) has C(SYSCTL=VALUE) for each sysctl, with O(prefix) before it.
    type: str
    choices:
      - mapping
      - list
      - options
    default: mapping
  name:
    description:
      - The key that has the name of the sysctl in each element of a list. Kubernetes takes V(name), Amazon ECS
        V(namespace).
      - An error if O(form) is not V(list).
    type: str
    choices:
      - name
      - namespace
    default: name
  prefix:
    description:
      - The text before each of the options. V(--sysctl=) is for C(podman) and C(docker). V(Sysctl=) makes lines of a
        Quadlet unit. With an empty text the result is what C(default_sysctls) in C(containers.conf) takes.
      - An error if O(form) is not V(options).
    type: str
    default: "--sysctl="
seealso:
  - module: linux.tcp.keepalive
author:
  - linux.tcp contributors (@linux-tcp)
"""

EXAMPLES = r"""
- name: Start a container with the values
  containers.podman.podman_container:
    name: client
    image: registry.example.com/client
    sysctl: "{{ values | linux.tcp.keepalive_sysctls }}"
  vars:
    values: {time: 170, intvl: 30, probes: 6}

- name: Start a pod with the values that the role gives to hosts
  kubernetes.core.k8s:
    definition:
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
        namespace: default
      spec:
        securityContext:
          sysctls: "{{ values | linux.tcp.keepalive_sysctls('list') }}"
        containers:
          - name: client
            image: registry.example.com/client
  vars:
    values:
      keepalive_time: "{{ keepalive_time }}"
      keepalive_intvl: "{{ keepalive_intvl }}"
      keepalive_probes: "{{ keepalive_probes }}"

- name: Print the system controls of a container in Amazon ECS
  ansible.builtin.debug:
    msg: "{{ {'time': 170} | linux.tcp.keepalive_sysctls('list', name='namespace') }}"

# --sysctl=net.ipv4.tcp_keepalive_time=170 --sysctl=net.ipv4.tcp_keepalive_probes=6
- name: Print options for docker run
  ansible.builtin.debug:
    msg: "{{ {'time': 170, 'probes': 6} | linux.tcp.keepalive_sysctls('options') | join(' ') }}"
"""

RETURN = r"""
_value:
  description:
    - The values in the form that O(form) names. The order is always time, interval and probes.
    - The values are text. Kubernetes, Amazon ECS and CNI refuse numbers. The others take text, too.
  type: raw
  sample:
    net.ipv4.tcp_keepalive_time: "170"
    net.ipv4.tcp_keepalive_intvl: "30"
    net.ipv4.tcp_keepalive_probes: "6"
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.linux.tcp.plugins.module_utils._errors import InvalidValueError
from ansible_collections.linux.tcp.plugins.plugin_utils._containers.sysctls import (
    FILTER,
    as_list,
    as_mapping,
    as_options,
    values_from,
)

FORMS = ("mapping", "list", "options")
NAMES = ("name", "namespace")


def keepalive_sysctls(
    values: object, form: object = FORMS[0], *, name: object = None, prefix: object = None
) -> dict[str, str] | list[dict[str, str]] | list[str]:
    """Return the values in a form.

    :raises AnsibleFilterError: for values or arguments that make no sense.
    """
    try:
        form = _chosen("form", form, FORMS)
        _require_form("list", form, "name", name)
        _require_form("options", form, "prefix", prefix)
        checked = values_from(values)
        if form == "list":
            return as_list(checked, name=_chosen("name", NAMES[0] if name is None else name, NAMES))
        if form == "options":
            return as_options(checked, prefix=_text("prefix", "--sysctl=" if prefix is None else prefix))
        return as_mapping(checked)
    except InvalidValueError as exc:
        raise AnsibleFilterError(str(exc)) from exc


def _chosen(argument: str, given: object, choices: tuple[str, ...]) -> str:
    """Return an argument that has to be one of these.

    :raises InvalidValueError: where it is not.
    """
    if given not in choices:
        raise InvalidValueError(f"The {argument} of {FILTER} is {given!r}: give {' or '.join(choices)}.")
    return str(given)


def _text(argument: str, given: object) -> str:
    """Return an argument that has to be a text.

    :raises InvalidValueError: where it is not.
    """
    if not isinstance(given, str):
        raise InvalidValueError(f"The {argument} of {FILTER} is {given!r}: give a text.")
    return given


def _require_form(needed: str, form: str, argument: str, given: object) -> None:
    """Check that an argument has an effect.

    :raises InvalidValueError: where it is given with another form than it needs.
    """
    if given is not None and form != needed:
        raise InvalidValueError(
            f"{FILTER} takes {argument}={given!r} with the form {needed} only, and the form is {form!r}."
        )


class FilterModule:
    """Tell Ansible which filters are here."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return them by name."""
        return {FILTER: keepalive_sysctls}
