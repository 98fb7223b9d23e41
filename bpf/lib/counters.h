/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Counters of what is not in a flow, and of the programs' own health. */
#ifndef NETMON_COUNTERS_H
#define NETMON_COUNTERS_H

#include "maps.h"
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

static __always_inline __u64 minimum(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* Add to a field of this CPU's netmon_counters. A look-up in an array of one entry does not fail. */
#define count(field, n)                                                                     \
	({                                                                                  \
		__u32 zero_ = 0;                                                            \
		struct netmon_counters *counters_ = bpf_map_lookup_elem(&counters, &zero_); \
		if (counters_)                                                              \
			counters_->field += (n);                                            \
	})

/* Packets that no flow entry could take: to the bucket of their protocol and hook. */
static __always_inline void count_overflow(__u8 protocol, bool egress, __u64 packets, __u64 bytes)
{
	__u32 class = protocol == IPPROTO_TCP                                  ? OVERFLOW_TCP
	              : protocol == IPPROTO_UDP                                ? OVERFLOW_UDP
	              : protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 ? OVERFLOW_ICMP
	                                                                       : OVERFLOW_OTHER;
	__u32 index = class * 2 + egress;
	struct overflow_bucket *bucket = bpf_map_lookup_elem(&overflow, &index);

	if (bucket) {
		bucket->packets += packets;
		bucket->bytes += bytes;
	}
}

#endif
