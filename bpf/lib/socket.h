/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* From the kernel's socket to an event: its tuple as a flow's key, what TCP knows of the connection, whose it is. */
#ifndef NETMON_SOCKET_H
#define NETMON_SOCKET_H

#include "owner.h"

#define MAX_DEVICES 8

struct tuple {
	__u64 local[2];
	__u64 remote[2];
	__u32 local_port;
	__u32 remote_port;
};

static __always_inline void map_ipv4(__u64 to[2], __be32 address)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = address;
}

/* Of a socket that is being closed skc_num is 0, of one that is being bound inet_sport still is. */
static __always_inline bool read_tuple(struct sock *sk, struct tuple *t)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family == AF_INET) {
		map_ipv4(t->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		map_ipv4(t->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	} else if (family == AF_INET6) {
		BPF_CORE_READ_INTO(&t->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&t->remote, sk, __sk_common.skc_v6_daddr);
	} else {
		return false;
	}
	t->local_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	if (!t->local_port)
		t->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	t->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	return true;
}

static __always_inline bool is_ipv4(const __u64 address[2])
{
	const __u32 *words = (const __u32 *)address;

	return words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);
}

static __always_inline bool is_any(const __u64 address[2])
{
	const __u32 *words = (const __u32 *)address;

	return words[0] == 0 && words[1] == 0 && (words[2] == 0 || words[2] == bpf_htonl(0xffff)) &&
	       words[3] == 0;
}

/* Packets of a host to itself pass no interface that is observed. */
static __always_inline bool is_loopback(const struct tuple *t)
{
	const __u8 *bytes = (const __u8 *)t->local;

	if (t->local[0] == t->remote[0] && t->local[1] == t->remote[1])
		return true;
	return is_ipv4(t->local) && bytes[12] == 127;
}

/* An address of the socket's namespace: the first of its first interface that has one. */
static __always_inline void read_home(struct sock *sk, __u64 home[2])
{
	struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
	struct list_head *head = (void *)net + bpf_core_field_offset(struct net, dev_base_head);
	struct list_head *at = BPF_CORE_READ(head, next);

	for (int i = 0; i < MAX_DEVICES && at && at != head; i++) {
		struct net_device *device = (void *)at - bpf_core_field_offset(struct net_device, dev_list);
		struct in_ifaddr *address = BPF_CORE_READ(device, ip_ptr, ifa_list);

		if (!(BPF_CORE_READ(device, flags) & IFF_LOOPBACK) && address) {
			map_ipv4(home, BPF_CORE_READ(address, ifa_local));
			return;
		}
		at = BPF_CORE_READ(at, next);
	}
}

/* End 0 is the smaller one, as in make_canonical of packet.h. */
static __always_inline void write_key(struct socket_event *e, const struct tuple *t, __u8 protocol)
{
	bool swap = t->local[0] != t->remote[0]   ? t->local[0] > t->remote[0]
	            : t->local[1] != t->remote[1] ? t->local[1] > t->remote[1]
	                                          : t->local_port > t->remote_port;

	e->local_end = swap;
	for (int i = 0; i < 2; i++) {
		e->key.addr[0][i] = swap ? t->remote[i] : t->local[i];
		e->key.addr[1][i] = swap ? t->local[i] : t->remote[i];
	}
	e->key.port[0] = swap ? t->remote_port : t->local_port;
	e->key.port[1] = swap ? t->local_port : t->remote_port;
	e->key.protocol = protocol;
}

/* As in tcp_get_info and tcp_compute_delivery_rate of net/ipv4/tcp.c. */
static __always_inline void read_figures(struct sock *sk, struct socket_event *e)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	__u32 delivered = BPF_CORE_READ(tp, rate_delivered);
	__u32 interval = BPF_CORE_READ(tp, rate_interval_us);
	__u32 min_rtt = BPF_CORE_READ(tp, rtt_min.s[0].v);

	e->srtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
	e->rttvar_us = BPF_CORE_READ(tp, mdev_us) >> 2;
	e->min_rtt_us = min_rtt == NO_RTT ? 0 : min_rtt;
	e->retransmits = BPF_CORE_READ(tp, total_retrans);
	if (delivered && interval)
		e->delivery_rate = (__u64)delivered * BPF_CORE_READ(tp, mss_cache) * 1000000 / interval;
	e->has_figures = 1;
}

/* False where there is nothing to tell: no such family, no port, the host with itself. */
static __always_inline bool read_end(struct sock *sk, __u8 kind, struct tuple *t)
{
	if (!read_tuple(sk, t) || !t->local_port)
		return false;
	if (kind == SOCKET_BOUND || kind == SOCKET_UNBOUND) {
		t->remote[0] = 0;
		t->remote[1] = 0;
		t->remote_port = 0;
		return true;
	}
	return t->remote_port && (config.loopback || !is_loopback(t));
}

static __always_inline void fill_event(struct socket_event *e, struct sock *sk, const struct tuple *t,
                                       const struct socket_owner *owner, __u8 kind, __u8 protocol)
{
	__builtin_memset(e, 0, sizeof(*e));
	write_key(e, t, protocol);
	e->kind = kind;
	e->time_ns = bpf_ktime_get_ns();
	e->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (owner) {
		e->owner = *owner;
	} else {
		e->owner.netns = namespace_of(sk);
		e->owner.cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	}
	if (kind == SOCKET_BOUND && is_any(t->local))
		read_home(sk, e->home);
	if (protocol == IPPROTO_TCP && kind <= SOCKET_CLOSED)
		read_figures(sk, e);
}

/* The reader looks at its ring with each batch of flow records, and when it has much: it is never woken. */
static __always_inline void report(struct sock *sk, const struct socket_owner *owner, __u64 cookie, __u8 kind,
                                   __u8 protocol)
{
	struct socket_event *e;
	struct tuple t;

	/* Before the ring: what is discarded takes room there, too. */
	if (!read_end(sk, kind, &t))
		return;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count(events_lost, 1);
		return;
	}
	fill_event(e, sk, &t, owner, kind, protocol);
	e->cookie = cookie;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	count(events, 1);
}

#endif
