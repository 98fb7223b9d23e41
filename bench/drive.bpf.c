// SPDX-License-Identifier: Apache-2.0
/*
 * What a test-run needs around the program that it measures. BPF_PROG_TEST_RUN runs one and the same packet over
 * and over, which to a flow monitor is nothing but retransmissions. `advance` makes each run a new packet of an
 * established connection, then calls the program under test; the cost of the driver itself is measured with
 * `empty` as that program and subtracted.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NEXT (-1)

/* The program under test, put there by bench/packet_cost.c before each measurement. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

/* Set before load: connections to rotate through (a power of 2). Their source ports count up from here. */
#define FIRST_PORT 1024
const volatile __u32 connections = 1;

/* Next sequence number of each connection. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u32);
} sequence SEC(".maps");

__u32 turn;

SEC("tc")
int empty(struct __sk_buff *skb)
{
	return NEXT;
}

#define CLIENT        bpf_htonl(0x0a000001)
#define SERVER        bpf_htonl(0x0a000002)
#define SERVER_PORT   443
#define SERVER_NEXT   5001
#define HEADERS       40
#define SEGMENT_BYTES 1448

/* Data of the client and its acknowledgment by the server in turn: both directions of the flow, at one program. */
SEC("tc")
int exchange(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);
	bool answer = turn & 1;
	__u32 connection;
	__u32 *next;

	if ((void *)(tcp + 1) > end)
		return NEXT;
	connection = ((turn++ >> 1) * 40503u) & (connections - 1);
	next = bpf_map_lookup_elem(&sequence, &connection);
	if (!next)
		return NEXT;
	ip->saddr = answer ? SERVER : CLIENT;
	ip->daddr = answer ? CLIENT : SERVER;
	ip->tot_len = bpf_htons(answer ? HEADERS : HEADERS + SEGMENT_BYTES);
	tcp->source = bpf_htons(answer ? SERVER_PORT : FIRST_PORT + connection);
	tcp->dest = bpf_htons(answer ? FIRST_PORT + connection : SERVER_PORT);
	if (answer) {
		tcp->seq = bpf_htonl(SERVER_NEXT);
		tcp->ack_seq = bpf_htonl(*next);
	} else {
		tcp->seq = bpf_htonl(*next);
		tcp->ack_seq = bpf_htonl(SERVER_NEXT);
		*next += SEGMENT_BYTES;
	}
	bpf_tail_call(skb, &target, 0);
	return NEXT;
}

/* Expects Ethernet, IPv4 without options, TCP. */
SEC("tc")
int advance(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 connection;
	__u32 *next;

	if ((void *)(tcp + 1) > end)
		return NEXT;
	/* A stride through the connections, so that neighbours in memory are not neighbours in time. */
	connection = (turn++ * 40503u) & (connections - 1);
	next = bpf_map_lookup_elem(&sequence, &connection);
	if (!next)
		return NEXT;
	tcp->source = bpf_htons(FIRST_PORT + connection);
	tcp->seq = bpf_htonl(*next);
	*next += bpf_ntohs(ip->tot_len) - sizeof(*ip) - tcp->doff * 4;
	bpf_tail_call(skb, &target, 0);
	return NEXT;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
