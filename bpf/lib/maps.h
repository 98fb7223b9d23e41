/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Every map of the flow programs. Sizes marked "set before load" come from the agent's configuration. */
#ifndef NETMON_MAPS_H
#define NETMON_MAPS_H

#include "../kernel.h"
#include "../netmon.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile struct netmon_config config = {
	.interval_ns = 5000000000ull,
	.tcp_handshake_ns = 75000000000ull,
	.tcp_idle_ns = 300000000000ull,
	.tcp_closed_ns = 5000000000ull,
	.udp_idle_ns = 60000000000ull,
	.icmp_idle_ns = 30000000000ull,
	.other_idle_ns = 60000000000ull,
	.delete_after_ns = 1000000000ull,
	.overlay_ports = { 4789, 8472, 6081, 51820 },
	.tcp_health = 1,
};

/*
 * Key flow_key, value flow_value. Inserted by the packet programs, deleted by the sweep. Its element is in
 * a 512-byte slab object, taken as flows come, plus 16 bytes for each of max_entries' buckets up front.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144); /* set before load */
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} flows SEC(".maps");

/* Records on their way to user space: flow_record, 360 + 8 bytes each. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20); /* set before load */
} records SEC(".maps");

/*
 * Where a packet program makes a new flow_value, which is too large for the stack. The packet programs run with softirqs
 * off, so that none begins on this CPU before another has ended. The iterators may be preempted, and never use it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_value);
} fresh_flow SEC(".maps");

/* One value per CPU. Written by the packet programs and the sweep, read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct netmon_counters);
} counters SEC(".maps");

/* Packets that found no room in `flows`. Key: overflow class * 2 + egress. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OVERFLOW_CLASSES * 2);
	__type(key, __u32);
	__type(value, struct overflow_bucket);
} overflow SEC(".maps");

/* One value. Written and read by user space: it outlives the other maps where a new layout takes their place. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct netmon_carried);
} carried SEC(".maps");

/* Interfaces under observation, by ifindex. Written by user space, before a program is attached there. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct interface_info);
} interfaces SEC(".maps");

/* Ports of the first fragment of a datagram, for the later ones. The least recently used go. 8,192 * 104 bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192); /* set before load */
	__type(key, struct fragment_key);
	__type(value, struct fragment_ports);
} fragments SEC(".maps");

#endif
