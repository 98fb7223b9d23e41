/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who a socket belongs to: kept in the socket's own storage, which goes when it goes and which the kernel copies to what a listening socket accepts. */
#ifndef NETMON_OWNER_H
#define NETMON_OWNER_H

#include "../kernel_sockets.h"
#include "../sockets.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile struct socket_config config = {
	.stale_ns = 40000000000ull,
};

/* Per socket: socket_owner. Inserted by all programs, freed by the kernel with the socket. 48 + some 100 bytes each. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket_owner);
} owners SEC(".maps");

/* Events on their way to user space: socket_event, 152 + 8 bytes each. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20); /* set before load */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct socket_counters);
} counters SEC(".maps");

/*
 * A look-up in an array of one entry does not fail. Atomic though the value is this CPU's: a program in a process's context is interrupted by
 * others that count the same.
 */
#define count(field, n)                                                                     \
	({                                                                                  \
		__u32 zero_ = 0;                                                            \
		struct socket_counters *counters_ = bpf_map_lookup_elem(&counters, &zero_); \
		if (counters_)                                                              \
			__sync_fetch_and_add(&counters_->field, (n));                       \
	})

#define ROOT_CGROUP 1

/* The verifier computes with no pointer of cgroup programs' sockets, and it is what the kernel's own reads begin with. */
static __always_inline struct sock *plain(void *sk)
{
	void *pointer = sk;
	struct sock *number = NULL;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

static __always_inline __u64 namespace_of(struct sock *sk)
{
	struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	/* Linux 3d368ab87cf6 (5.12) */
	if (bpf_core_field_exists(net->net_cookie))
		return BPF_CORE_READ(net, net_cookie);
	return BPF_CORE_READ(net, ns.inum);
}

static __always_inline void read_cgroup(struct task_struct *task, struct socket_owner *owner)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);

	owner->cgroup = BPF_CORE_READ(set, dfl_cgrp, kn, id);
	if (owner->cgroup > ROOT_CGROUP)
		return;
	/* Container runtimes on hosts with cgroup v1 leave everybody in the root of v2. */
	int memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	struct cgroup_subsys_state *css = NULL;

	bpf_core_read(&css, sizeof(css), &set->subsys[memory]);
	__u64 id = BPF_CORE_READ(css, cgroup, kn, id);

	if (id > ROOT_CGROUP) {
		owner->cgroup = id;
		owner->flags |= SOCKET_CGROUP_1;
	}
}

static __always_inline void read_process(struct task_struct *task, struct socket_owner *owner)
{
	owner->pid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_STR_INTO(&owner->command, task, group_leader, comm);
	owner->flags &= ~SOCKET_CGROUP_1;
	read_cgroup(task, owner);
}

/* The calling process has the socket in its hands. */
static __always_inline struct socket_owner *own(struct sock *sk, void *storage_of, __u32 flags)
{
	struct socket_owner *owner = bpf_sk_storage_get(&owners, storage_of, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!owner) {
		count(storage_failed, 1);
		return NULL;
	}
	owner->netns = namespace_of(sk);
	owner->seen_ns = bpf_ktime_get_ns();
	owner->flags |= flags;
	read_process((struct task_struct *)bpf_get_current_task(), owner);
	return owner;
}

#endif
