/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* IPv4, and IPv6 with its extension headers: addresses, size, and where the transport header is. */
#ifndef NETMON_IP_H
#define NETMON_IP_H

#include "counters.h"
#include "key.h"

enum packet_kind {
	PACKET_IP = 0,
	PACKET_ARP = 1,
	PACKET_NON_IP = 2,
	PACKET_MALFORMED = 3,
};

enum packet_flags {
	PACKET_IS_IPV6 = 1 << 0,
	PACKET_IS_FRAGMENT = 1 << 1,
	PACKET_IS_ICMP_ERROR = 1 << 2,
	PACKET_IS_LATER_FRAGMENT = 1 << 3, /* no transport header */
};

struct packet {
	struct flow_key key;
	__u64 packets; /* on the wire */
	__u64 bytes;   /* IP bytes on the wire */
	__u32 seq;     /* TCP */
	__u32 ack;     /* TCP */
	__u32 payload; /* TCP: bytes of data */
	__u16 options; /* TCP: offset in the frame */
	__u16 options_length;
	__u16 tcp_flags; /* 0 if not TCP, or a later fragment */
	__u16 window;
	__u8 from; /* the end that sent it: index into the key */
	__u8 flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u32 rate; /* at which its flow was chosen */
	__u32 reserved;
};

/* Where the transport header is, and what IP said about it. */
struct ip_layer {
	__u32 transport; /* offset of the transport header */
	__u32 length;    /* bytes from there to the end of the IP packet */
	__u32 id;        /* of a fragment */
	__u8 protocol;
	__u8 fragment; /* first or later */
	__u8 later;    /* not the first: no transport header */
	__u8 reserved;
};

static __always_inline bool read_ipv4(struct __sk_buff *skb, __u32 offset, __u32 available, struct packet *p,
                                      struct ip_layer *ip)
{
	struct ipv4_header h;
	__u32 header_length, total, fragment;
	__u32 *source = (__u32 *)p->key.addr[0], *destination = (__u32 *)p->key.addr[1];

	if (!read_header(skb, offset, &h) || h.version_ihl >> 4 != 4)
		return false;
	header_length = (h.version_ihl & 0xf) * 4;
	/* A GSO packet of more than 64 KiB says 0 (BIG TCP); no length of a GSO packet is one of the wire. */
	total = skb->gso_size ? available : bpf_ntohs(h.total_length);
	if (header_length < sizeof(h) || total < header_length || total > available)
		return false;

	p->key.addr[0][0] = 0;
	source[2] = bpf_htonl(0xffff);
	source[3] = h.source;
	p->key.addr[1][0] = 0;
	destination[2] = bpf_htonl(0xffff);
	destination[3] = h.destination;
	p->bytes = total;
	fragment = bpf_ntohs(h.fragment);
	ip->protocol = h.protocol;
	ip->transport = offset + header_length;
	ip->length = total - header_length;
	ip->later = !!(fragment & IPV4_FRAGMENT_OFFSET);
	ip->fragment = !!(fragment & (IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS));
	ip->id = h.id;
	return true;
}

/*
 * Walk the extension headers: the layer's offset, length and protocol move along. False if one is cut off.
 * A global function, so that the verifier looks at the loop once, not once for each caller and its state.
 */
__noinline bool skip_ipv6_extensions(struct __sk_buff *skb, struct ip_layer *ip)
{
	if (!ip)
		return false;
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		struct ipv6_extension h;
		__u32 length;

		if (ip->later || !is_ipv6_extension(ip->protocol))
			return true;
		if (ip->length < sizeof(h) || !read_header(skb, ip->transport, &h))
			return false;
		if (ip->protocol == IPPROTO_FRAGMENT) {
			/* An atomic fragment (RFC 6946) is a whole packet. */
			ip->later = !!(bpf_ntohs(h.fragment) & IPV6_FRAGMENT_OFFSET);
			ip->fragment =
				!!(bpf_ntohs(h.fragment) & (IPV6_FRAGMENT_OFFSET | IPV6_MORE_FRAGMENTS));
			ip->id = h.id;
			length = sizeof(h);
		} else if (ip->protocol == IPPROTO_AH) {
			length = (h.length + 2) * 4;
		} else {
			length = (h.length + 1) * 8;
		}
		if (length > ip->length)
			return false;
		ip->protocol = h.next_header;
		ip->transport += length;
		ip->length -= length;
	}
	return true;
}

static __always_inline bool read_ipv6(struct __sk_buff *skb, __u32 offset, __u32 available, struct packet *p,
                                      struct ip_layer *ip)
{
	struct ipv6_header h;
	__u32 *source = (__u32 *)p->key.addr[0], *destination = (__u32 *)p->key.addr[1];
	__u32 length;

	if (available < sizeof(h) || !read_header(skb, offset, &h) ||
	    (bpf_ntohl(h.version_class_label) >> 28) != 6)
		return false;
	/* 0 on a GSO packet of more than 64 KiB; on others a jumbogram (RFC 2675), which Ethernet does not carry. */
	length = skb->gso_size ? available - sizeof(h) : bpf_ntohs(h.payload_length);
	if (length > available - sizeof(h))
		return false;

	for (int i = 0; i < 4; i++) {
		source[i] = h.source[i];
		destination[i] = h.destination[i];
	}
	p->bytes = sizeof(h) + length;
	p->flags |= PACKET_IS_IPV6;
	ip->protocol = h.next_header;
	ip->transport = offset + sizeof(h);
	ip->length = length;
	return !is_ipv6_extension(ip->protocol) || skip_ipv6_extensions(skb, ip);
}

#endif
