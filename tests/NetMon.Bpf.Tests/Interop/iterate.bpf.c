/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a record for every step-th element of a map, for the tests of the iterator's reader. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "netmon.h"

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} elements SEC(".maps");

struct settings {
	__u32 step;
	__u32 unused;
};

const volatile __u32 before = 7;
const volatile struct settings settings;
__u64 overflows;

SEC("iter/bpf_map_elem")
int every(struct bpf_iter__bpf_map_elem *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	__u32 *key = ctx->key;
	struct flow_record record;

	if (!key || *key % settings.step)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	record.time_ns = *key;
	if (bpf_seq_write(seq, &record, sizeof(record)))
		__sync_fetch_and_add(&overflows, before / 7);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
