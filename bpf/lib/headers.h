/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Wire headers, as far as we read them, and the one way to read them. */
#ifndef NETMON_HEADERS_H
#define NETMON_HEADERS_H

#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct ipv4_header { /* RFC 791 */
	__u8 version_ihl;
	__u8 tos;
	__be16 total_length;
	__be16 id;
	__be16 fragment; /* 0x2000 more fragments, 0x1fff offset in 8 bytes */
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header { /* RFC 8200 */
	__be32 version_class_label;
	__be16 payload_length;
	__u8 next_header;
	__u8 hop_limit;
	__be32 source[4];
	__be32 destination[4];
};

struct ipv6_extension { /* first 8 bytes of every extension header; the fragment header is just these */
	__u8 next_header;
	__u8 length;     /* in 8 bytes, the first 8 not counted; AH: in 4 bytes, minus 2 */
	__be16 fragment; /* 0xfff8 offset, 1 more fragments */
	__be32 id;
};

struct tcp_header { /* RFC 9293 */
	__be16 source;
	__be16 destination;
	__be32 seq;
	__be32 ack;
	__be16 offset_flags; /* 0xf000 header length in 4 bytes, 0x01ff flags */
	__be16 window;
	__be16 checksum;
	__be16 urgent;
};

struct udp_header { /* RFC 768; ports stand in the same place in TCP, UDP-Lite and SCTP */
	__be16 source;
	__be16 destination;
	__be16 length;
	__be16 checksum;
};

struct icmp_header { /* RFC 792, RFC 4443 */
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id; /* of echo and the other queries */
	__be16 sequence;
};

#define IPPROTO_IPV4         4
#define IPPROTO_EXT_HIP      139
#define IPPROTO_EXT_SHIM6    140
#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_MORE_FRAGMENTS  0x0001
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define TCP_FIN              0x01
#define TCP_SYN              0x02
#define TCP_RST              0x04
#define TCP_ACK              0x10
#define TCP_FLAGS            0x01ff

/* Offsets beyond this are not looked at: 4 VLAN tags, options and 8 extension headers stay well below. */
#define MAX_HEADER_OFFSET 0x3fff

/*
 * Copy a header at an offset of the packet to the stack. Straight from the linear part where it lies there, else by the
 * helper (paged data: never pulled, the packet stays as it is). False if the packet is too short.
 */
#define read_header(skb, offset, header)                                                            \
	({                                                                                          \
		__u32 off_ = (offset);                                                              \
		bool ok_ = false;                                                                   \
		if (off_ <= MAX_HEADER_OFFSET) {                                                    \
			typeof(header) in_ = (void *)(long)(skb)->data + off_;                      \
			if ((void *)(in_ + 1) <= (void *)(long)(skb)->data_end) {                   \
				*(header) = *in_;                                                   \
				ok_ = true;                                                         \
			} else {                                                                    \
				/* Newer verifiers lose track of stack that only a helper wrote. */ \
				__builtin_memset(header, 0, sizeof(*(header)));                     \
				ok_ = !bpf_skb_load_bytes(skb, off_, header, sizeof(*(header)));    \
			}                                                                           \
		}                                                                                   \
		ok_;                                                                                \
	})

#endif
