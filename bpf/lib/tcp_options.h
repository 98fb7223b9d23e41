/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* TCP options, read only where they are needed: of a SYN, and to settle an ambiguous round trip. */
#ifndef NETMON_TCP_OPTIONS_H
#define NETMON_TCP_OPTIONS_H

#include "ip.h"

/* 40 bytes of options hold this many of the kinds that senders use, with the padding between; what is behind is not read. */
#define MAX_TCP_OPTIONS 20

#define TCP_OPTION_END       0
#define TCP_OPTION_NOP       1
#define TCP_OPTION_MSS       2 /* RFC 9293 section 3.7.1: kind, length 4, 16 bits */
#define TCP_OPTION_SCALE     3 /* RFC 7323 section 2.2: kind, length 3, shift */
#define TCP_OPTION_TIMESTAMP 8 /* RFC 7323 section 3.2: kind, length 10, value, echo reply */
#define TCP_MAX_SHIFT        14

struct tcp_timestamps {
	__be32 value;
	__be32 echo;
};

struct tcp_options {
	__u32 value; /* timestamps, valid with has_timestamps */
	__u32 echo;
	__u16 mss;      /* 0 = none */
	__u8 has_scale; /* and shift is valid */
	__u8 shift;
	__u8 has_timestamps;
	__u8 reserved[3];
};

/* What stands before the first option that is cut off or lies about its length. Always 0; global, to be verified once. */
__noinline int read_tcp_options(struct __sk_buff *skb, const struct packet *p, struct tcp_options *options)
{
	__u32 offset, end;

	if (!p || !options)
		return 0;
	offset = p->options;
	end = offset + p->options_length;
	for (int i = 0; i < MAX_TCP_OPTIONS; i++) {
		__u8 kind, length;

		if (offset >= end || !read_header(skb, offset, &kind) || kind == TCP_OPTION_END)
			return 0;
		if (kind == TCP_OPTION_NOP) {
			offset++;
			continue;
		}
		if (!read_header(skb, offset + 1, &length) || length < 2 || offset + length > end)
			return 0;
		if (kind == TCP_OPTION_MSS && length == 4) {
			__be16 mss;

			if (read_header(skb, offset + 2, &mss))
				options->mss = bpf_ntohs(mss);
		} else if (kind == TCP_OPTION_SCALE && length == 3) {
			__u8 shift;

			if (read_header(skb, offset + 2, &shift)) {
				options->has_scale = 1;
				options->shift = minimum(shift, TCP_MAX_SHIFT);
			}
		} else if (kind == TCP_OPTION_TIMESTAMP && length == 10) {
			struct tcp_timestamps stamps;

			if (read_header(skb, offset + 2, &stamps)) {
				options->value = bpf_ntohl(stamps.value);
				options->echo = bpf_ntohl(stamps.echo);
				options->has_timestamps = 1;
			}
		}
		offset += length;
	}
	return 0;
}

#endif
