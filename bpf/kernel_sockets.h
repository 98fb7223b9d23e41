/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The kernel structs that the socket programs read: only the members that they use, found by name when they are loaded. */
#ifndef NETMON_KERNEL_SOCKETS_H
#define NETMON_KERNEL_SOCKETS_H

#include "kernel.h"

#define AF_INET     2
#define AF_INET6    10
#define SOCK_DGRAM  2
#define SOCK_STREAM 1

#define SHUTDOWN_MASK 3          /* include/net/sock.h: both directions */
#define PF_KTHREAD    0x00200000 /* include/linux/sched.h */
#define IFF_LOOPBACK  0x8
#define NO_RTT        0xffffffffu

/* include/net/tcp_states.h */
#define KERNEL_TCP_ESTABLISHED 1
#define KERNEL_TCP_SYN_SENT    2
#define KERNEL_TCP_SYN_RECV    3
#define KERNEL_TCP_FIN_WAIT1   4
#define KERNEL_TCP_CLOSE       7
#define KERNEL_TCP_CLOSE_WAIT  8
#define KERNEL_TCP_LAST_ACK    9
#define KERNEL_TCP_LISTEN      10

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpadded"

struct list_head {
	struct list_head *next;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	__u64 net_cookie;
	struct ns_common ns;
	struct list_head dev_base_head;
};

struct in_ifaddr {
	__be32 ifa_local;
};

struct in_device {
	struct in_ifaddr *ifa_list;
};

struct net_device {
	unsigned int flags;
	struct list_head dev_list;
	struct in_device *ip_ptr;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	struct sock_cgroup_data sk_cgrp_data;
};

struct inet_sock {
	__be16 inet_sport;
};

struct minmax_sample {
	__u32 t;
	__u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_sock {
	__u32 srtt_us;
	__u32 mdev_us;
	struct minmax rtt_min;
	__u32 total_retrans;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 mss_cache;
};

struct socket {
	struct sock *sk;
};

struct file;

struct task_struct {
	unsigned int flags;
	int tgid;
	struct task_struct *group_leader;
	char comm[16];
	struct css_set *cgroups;
};

/* kernel/bpf/task_iter.c */
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang diagnostic pop
#pragma clang attribute pop

enum cgroup_subsys_id {
	memory_cgrp_id = 4, /* as the running kernel numbers it */
};

#endif
