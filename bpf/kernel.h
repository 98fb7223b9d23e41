/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The few kernel structs that we read, and constants that UAPI headers do not give to BPF programs. */
#ifndef NETMON_KERNEL_H
#define NETMON_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct bpf_map;
struct seq_file;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/linux/bpf.h: what every iterator program gets */
struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

/* kernel/bpf/map_iter.c: key and value are null after the last element */
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};

#pragma clang attribute pop

/* Verdict: hand the packet to the next program (TCX_NEXT), or the next filter (TC_ACT_UNSPEC). */
#define NEXT -1

#define ETHERTYPE_IPV4  0x0800
#define ETHERTYPE_ARP   0x0806
#define ETHERTYPE_IPV6  0x86dd
#define ETHERTYPE_VLAN  0x8100
#define ETHERTYPE_QINQ  0x88a8
#define ETHERTYPE_QINQ1 0x9100 /* pre-standard QinQ */
#define ETHERTYPE_TEB   0x6558 /* Ethernet inside GRE or Geneve */

#define GSO_BY_FRAGS 0xffff /* gso_size of SCTP: segments are as the fragment list has them */

#endif
