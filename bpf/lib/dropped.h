/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Whose packet a kernel's buffer is, wherever on its way it is freed. Unlike the TC programs we are handed no packet, only the
 * buffer's bookkeeping, parts of which may not be filled in yet, or be used for something else by now:
 *
 *   head          network_header      data              tail          end
 *    |  headroom        | IP  | TCP ... |   ...            | tailroom   | skb_shared_info
 *
 *  1. protocol and network_header are set: the headers are read, as far as they are in the linear part
 *  2. not yet (a socket's output before its route is known): the tuple of the socket that sends
 *  3. neither: unreadable
 *
 * `data` may be anywhere between the link header and the payload, so lengths are counted from the IP header.
 */
#ifndef NETMON_DROPPED_H
#define NETMON_DROPPED_H

#include "../kernel.h"
#include "../drops.h"
#include "key.h"
#include "skb.h"
#include <bpf/bpf_core_read.h>

#define FAMILY_IPV4    2
#define FAMILY_IPV6    10
#define STATE_TIMEWAIT 6 /* the sockets of these states are small ones, without sk_protocol */
#define STATE_NEW_SYN  12
#define HEADER_UNSET   0xffff

struct dropped {
	struct flow_key key;
	__u64 packets;
	__u64 bytes;
	const unsigned char *ip; /* the IP header */
	__u32 linear;            /* bytes from there that can be read */
	__u32 length;            /* bytes from there to the packet's end, paged ones included */
	__u32 transport;         /* offset of the transport header from `ip` */
	__u32 header;            /* its length */
	__u8 protocol;
	__u8 from;
	__u8 later; /* a fragment without transport header */
	__u8 reserved[5];
};

#define read_at(d, offset, header)                                    \
	((__u64)(offset) + sizeof(*(header)) <= (__u64)(d)->linear && \
	 !bpf_probe_read_kernel((header), sizeof(*(header)), (d)->ip + (offset)))

static __always_inline void set_ipv4(__u64 address[2], __be32 ip)
{
	__u32 *words = (__u32 *)address;

	address[0] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = ip;
}

/* `at`: offset of the IPv4 header, the packet's or a quoted one. */
static __always_inline bool read_ipv4_at(struct dropped *d, __u32 at, __u32 *claimed)
{
	struct ipv4_header h;

	if (!read_at(d, at, &h) || h.version_ihl >> 4 != 4 || (h.version_ihl & 0xf) < 5)
		return false;
	set_ipv4(d->key.addr[0], h.source);
	set_ipv4(d->key.addr[1], h.destination);
	d->protocol = h.protocol;
	d->transport = at + (h.version_ihl & 0xf) * 4;
	d->later = !!(bpf_ntohs(h.fragment) & IPV4_FRAGMENT_OFFSET);
	*claimed = bpf_ntohs(h.total_length);
	return true;
}

static __always_inline bool read_ipv6_at(struct dropped *d, __u32 at, __u32 *claimed)
{
	struct ipv6_header h;

	if (!read_at(d, at, &h) || bpf_ntohl(h.version_class_label) >> 28 != 6)
		return false;
	__builtin_memcpy(d->key.addr[0], h.source, sizeof(h.source));
	__builtin_memcpy(d->key.addr[1], h.destination, sizeof(h.destination));
	d->protocol = h.next_header;
	d->transport = at + sizeof(h);
	d->later = 0;
	*claimed = sizeof(h) + bpf_ntohs(h.payload_length);
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		struct ipv6_extension e;

		if (d->later || !is_ipv6_extension(d->protocol))
			return true;
		if (!read_at(d, d->transport, &e))
			return false;
		if (d->protocol == IPPROTO_FRAGMENT) {
			d->later = !!(bpf_ntohs(e.fragment) & IPV6_FRAGMENT_OFFSET);
			d->transport += sizeof(e);
		} else {
			d->transport += d->protocol == IPPROTO_AH ? (e.length + 2) * 4 : (e.length + 1) * 8;
		}
		d->protocol = e.next_header;
	}
	return true;
}

/* The ports of the header at d->transport, of which 8 bytes are enough. */
static __always_inline bool read_ports_at(struct dropped *d)
{
	struct udp_header h;

	if (!read_at(d, d->transport, &h))
		return false;
	d->key.port[0] = bpf_ntohs(h.source);
	d->key.port[1] = bpf_ntohs(h.destination);
	return true;
}

/* An ICMP error belongs to the flow that it quotes, towards the source of the quoted packet. */
static __always_inline void read_quoted_at(struct dropped *d, bool ipv6)
{
	struct dropped q = *d;
	__u32 at = d->transport + sizeof(struct icmp_header), claimed;

	if (ipv6 ? !read_ipv6_at(&q, at, &claimed) : !read_ipv4_at(&q, at, &claimed))
		return;
	if (!q.later) {
		struct icmp_header h;

		if (has_ports(q.protocol)) {
			if (!read_ports_at(&q))
				return;
		} else if (q.protocol == IPPROTO_ICMP || q.protocol == IPPROTO_ICMPV6) {
			if (!read_at(&q, q.transport, &h) || icmp_is_error(q.protocol, h.type))
				return;
			if (icmp_has_id(q.protocol, h.type))
				q.key.port[0] = q.key.port[1] = bpf_ntohs(h.id);
		}
	}
	for (int i = 0; i < 2; i++) {
		d->key.addr[0][i] = q.key.addr[1][i];
		d->key.addr[1][i] = q.key.addr[0][i];
	}
	d->key.port[0] = q.key.port[1];
	d->key.port[1] = q.key.port[0];
	d->protocol = q.protocol;
}

static __always_inline bool read_transport(struct dropped *d, bool ipv6)
{
	if (d->later)
		return true;
	if (d->protocol == IPPROTO_ICMP || d->protocol == IPPROTO_ICMPV6) {
		struct icmp_header h;

		/* Too short to be one: a flow of its addresses. */
		if (!read_at(d, d->transport, &h))
			return true;
		d->header = sizeof(h);
		if (icmp_has_id(d->protocol, h.type))
			d->key.port[0] = d->key.port[1] = bpf_ntohs(h.id);
		else if (icmp_is_error(d->protocol, h.type))
			read_quoted_at(d, ipv6);
		return true;
	}
	if (!has_ports(d->protocol))
		return true;
	if (d->protocol == IPPROTO_TCP) {
		struct tcp_header h;

		if (read_at(d, d->transport, &h))
			d->header = (bpf_ntohs(h.offset_flags) >> 12) * 4;
	} else {
		d->header = sizeof(struct udp_header);
	}
	return read_ports_at(d);
}

/* What a GSO packet would have been, or was, on the wire: its segments, each with all headers. */
static __always_inline void segment(struct dropped *d, const struct sk_buff *skb, __u32 headers)
{
	const struct skb_shared_info *shared = (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end));
	__u32 size = BPF_CORE_READ(shared, gso_size), segments = BPF_CORE_READ(shared, gso_segs);

	if (!size)
		return;
	if (!segments && size != GSO_BY_FRAGS && d->bytes > headers)
		segments = (d->bytes - headers + size - 1) / size;
	if (segments > 1) {
		d->packets = segments;
		d->bytes += (__u64)(segments - 1) * headers;
	}
}

static __always_inline bool is_segmented(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end));

	return BPF_CORE_READ(shared, gso_size) != 0;
}

/* (1) */
static __always_inline bool read_headers(struct dropped *d, const struct sk_buff *skb, bool ipv6)
{
	__u32 network = BPF_CORE_READ(skb, network_header), tail = BPF_CORE_READ(skb, tail);
	const unsigned char *head = BPF_CORE_READ(skb, head);
	__u32 claimed;
	__s64 length;

	/* 0: never set. A packet that came or goes over a device has room for a link header before it. */
	if (!network || network == HEADER_UNSET || tail <= network)
		return false;
	d->ip = head + network;
	d->linear = tail - network;
	length = (__s64)BPF_CORE_READ(skb, len) + (BPF_CORE_READ(skb, data) - d->ip);
	d->length = length > 0 && length < (1 << 24) ? length : d->linear;
	if (ipv6 ? !read_ipv6_at(d, 0, &claimed) : !read_ipv4_at(d, 0, &claimed))
		return false;
	d->bytes = d->length;
	if (!is_segmented(skb) && claimed <= d->length && claimed >= d->transport)
		d->bytes = claimed;
	if (!read_transport(d, ipv6))
		return false;
	segment(d, skb, d->transport + d->header);
	return true;
}

/* Length of the TCP header, which is where the data begins by now; of one without options while it is not made. */
static __always_inline __u32 tcp_header_of(const struct sk_buff *skb)
{
	const unsigned char *start = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header);
	struct tcp_header h;
	__u32 length;

	if (start != BPF_CORE_READ(skb, data) || bpf_probe_read_kernel(&h, sizeof(h), start))
		return sizeof(h);
	length = (bpf_ntohs(h.offset_flags) >> 12) * 4;
	return length < sizeof(h) ? sizeof(h) : length;
}

/* (2) The addresses that its packets will have. */
static __always_inline bool read_socket(struct dropped *d, const struct sk_buff *skb, const struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	__u32 header = sizeof(struct ipv4_header);

	__builtin_memset(&d->key, 0, sizeof(d->key));
	if (family == FAMILY_IPV4) {
		set_ipv4(d->key.addr[0], BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		set_ipv4(d->key.addr[1], BPF_CORE_READ(sk, __sk_common.skc_daddr));
	} else if (family == FAMILY_IPV6) {
		BPF_CORE_READ_INTO(&d->key.addr[0], sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&d->key.addr[1], sk, __sk_common.skc_v6_daddr);
		header = sizeof(struct ipv6_header);
	} else {
		return false;
	}
	d->key.port[0] = BPF_CORE_READ(sk, __sk_common.skc_num);
	d->key.port[1] = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	d->protocol = state == STATE_TIMEWAIT || state == STATE_NEW_SYN ? IPPROTO_TCP
	                                                                : BPF_CORE_READ(sk, sk_protocol);
	/* Not connected: whom the packet is for, only its headers say. */
	if (!d->key.port[1])
		return false;
	d->bytes = BPF_CORE_READ(skb, len) + header;
	d->header = d->protocol == IPPROTO_TCP ? tcp_header_of(skb) : sizeof(struct udp_header);
	segment(d, skb, header + d->header);
	return true;
}

/* The EtherType of what is at the network header: behind the VLAN tag, if that is still in the packet. */
static __always_inline __u16 ethertype_of(const struct sk_buff *skb)
{
	__u16 type = bpf_ntohs(BPF_CORE_READ(skb, protocol));
	__u32 network = BPF_CORE_READ(skb, network_header);
	unsigned char first = 0;

	if (type != ETHERTYPE_VLAN && type != ETHERTYPE_QINQ)
		return type;
	/* Sent: the tag is before the IP header. Received and not yet taken off: it is at the network header. */
	if (BPF_CORE_READ(skb, mac_header) + 14 == network && BPF_CORE_READ(skb, skb_iif))
		return type;
	bpf_probe_read_kernel(&first, 1, BPF_CORE_READ(skb, head) + network);
	return first >> 4 == 4 ? ETHERTYPE_IPV4 : first >> 4 == 6 ? ETHERTYPE_IPV6 : type;
}

enum dropped_kind {
	DROPPED_FLOW,
	DROPPED_NON_IP,
	DROPPED_UNREADABLE,
	DROPPED_FOREIGN, /* of a local socket, netlink, ...: no network packet */
};

static __always_inline enum dropped_kind read_dropped(struct dropped *d, const struct sk_buff *skb)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	__u16 type = ethertype_of(skb);

	d->packets = 1;
	if (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6) {
		if (!read_headers(d, skb, type == ETHERTYPE_IPV6) && !(sk && read_socket(d, skb, sk)))
			return DROPPED_UNREADABLE;
	} else if (type) {
		return DROPPED_NON_IP;
	} else if (!sk) {
		return DROPPED_FOREIGN;
	} else if (!read_socket(d, skb, sk)) {
		__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

		return family == FAMILY_IPV4 || family == FAMILY_IPV6 ? DROPPED_UNREADABLE : DROPPED_FOREIGN;
	}
	d->key.protocol = d->protocol;
	d->from = make_canonical(&d->key);
	return DROPPED_FLOW;
}

#endif
