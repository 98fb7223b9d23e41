/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a ring with records of known content, one a run, for the tests of the ring's reader. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "netmon.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} records SEC(".maps");

static __u64 sequence;
__u64 refused;

SEC("tc")
int good(struct __sk_buff *skb)
{
	struct flow_record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record) {
		__sync_fetch_and_add(&refused, 1);
		return -1;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->time_ns = __sync_fetch_and_add(&sequence, 1);
	record->reason = RECORD_UPDATE;
	bpf_ringbuf_submit(record, 0);
	return -1;
}

SEC("tc")
int discarded(struct __sk_buff *skb)
{
	void *record = bpf_ringbuf_reserve(&records, sizeof(struct flow_record), 0);

	if (record)
		bpf_ringbuf_discard(record, 0);
	return -1;
}

SEC("tc")
int wrong_length(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&records, 100, 0);

	if (record) {
		*record = 0;
		bpf_ringbuf_submit(record, 0);
	}
	return -1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
