// SPDX-License-Identifier: Apache-2.0
/*
 * The least that counts packets per flow: parse the 5-tuple, one hash look-up with a 44-byte key, two atomic
 * adds, a timestamp. The cost of netmon's program is stated relative to this one (bench/packet_cost.c).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NEXT (-1)

struct key {
	__u8 addr[2][16]; /* source, destination; IPv4 mapped */
	__u16 port[2];
	__u8 protocol;
	__u8 reserved[3];
	__u32 ifindex;
};

_Static_assert(sizeof(struct key) == 44, "the key that the comparison is defined with");

struct value {
	__u64 packets;
	__u64 bytes;
	__u64 last_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct value);
} flows SEC(".maps");

static __always_inline bool parse(struct __sk_buff *skb, struct key *key, __u32 *bytes)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	__u16 *port;

	if ((void *)(eth + 1) > end)
		return false;

	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > end)
			return false;
		key->addr[0][10] = key->addr[0][11] = 0xff;
		key->addr[1][10] = key->addr[1][11] = 0xff;
		*(__u32 *)&key->addr[0][12] = ip->saddr;
		*(__u32 *)&key->addr[1][12] = ip->daddr;
		key->protocol = ip->protocol;
		*bytes = bpf_ntohs(ip->tot_len);
		port = (void *)ip + ip->ihl * 4;
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = (void *)(eth + 1);

		if ((void *)(ip6 + 1) > end)
			return false;
		__builtin_memcpy(key->addr, &ip6->saddr, 32);
		key->protocol = ip6->nexthdr;
		*bytes = bpf_ntohs(ip6->payload_len) + sizeof(*ip6);
		port = (void *)(ip6 + 1);
	} else {
		return false;
	}

	if (key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP) {
		if ((void *)(port + 2) > end)
			return false;
		key->port[0] = port[0];
		key->port[1] = port[1];
	}
	key->ifindex = skb->ifindex;
	return true;
}

SEC("tc")
int minimal(struct __sk_buff *skb)
{
	struct key key = {};
	struct value *value;
	__u32 bytes;

	if (!parse(skb, &key, &bytes))
		return NEXT;

	value = bpf_map_lookup_elem(&flows, &key);
	if (value) {
		__sync_fetch_and_add(&value->packets, 1);
		__sync_fetch_and_add(&value->bytes, bytes);
		value->last_ns = bpf_ktime_get_ns();
	} else {
		struct value first = { .packets = 1, .bytes = bytes, .last_ns = bpf_ktime_get_ns() };

		bpf_map_update_elem(&flows, &key, &first, BPF_ANY);
	}
	return NEXT;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
