/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which process has which socket, and what the kernel's TCP says of a connection.
 *
 *  connect(2)            SYN_SENT: the process is known, the port is not (1); just before the SYN leaves the port is, too (2)
 *  listen(2)             LISTEN: the process that listens; what is accepted inherits it (3)
 *  accepted              ESTABLISHED, in nobody's context: told with the listening process (4)
 *  close(2), shutdown(2) FIN_WAIT1, LAST_ACK, or CLOSE at once: of what was accepted, the process that really had it (5)
 *  over                  CLOSE: the last figures (6)
 *  UDP                   bind(2), the first sendmsg(2) to an address, close(2)
 *  the rest              a walk through the open files of all tasks: what was there before, and what takes long
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sockets.h"
#include "lib/owner.h"
#include "lib/socket.h"

#define ALLOW 1

/* Names the event in the type information, so that another build can tell whether it is the same. */
const struct socket_event *const volatile event_layout;

static __always_inline bool is_kernel_thread(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, flags) & PF_KTHREAD;
}

/* (5) By whom a connection is closed: only these changes of state are made in the context of the process that closes. */
static __always_inline bool is_closed_by_caller(struct sock *sk, int old, int new)
{
	if (new == KERNEL_TCP_FIN_WAIT1 || new == KERNEL_TCP_LAST_ACK)
		return true;
	/* Data was left unread, or SO_LINGER of 0: tcp_close has shut the socket down before. A RST that came has not. */
	return new == KERNEL_TCP_CLOSE && (old == KERNEL_TCP_ESTABLISHED || old == KERNEL_TCP_CLOSE_WAIT) &&
	       BPF_CORE_READ(sk, sk_shutdown) == SHUTDOWN_MASK;
}

static __always_inline int change_state(struct sock *sk, int old, int new)
{
	struct socket_owner *owner;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (new == KERNEL_TCP_SYN_SENT) { /* (1) */
		own(sk, sk, SOCKET_CONNECTED);
		return 0;
	}
	if (new == KERNEL_TCP_LISTEN) { /* (3) */
		owner = own(sk, sk, SOCKET_ACCEPTED);
		report(sk, owner, bpf_get_socket_cookie(sk), SOCKET_BOUND, IPPROTO_TCP);
		return 0;
	}
	if (is_closed_by_caller(sk, old, new)) { /* (5) */
		owner = bpf_sk_storage_get(&owners, sk, 0, 0);
		if ((!owner || !(owner->flags & SOCKET_CONNECTED)) && !is_kernel_thread())
			own(sk, sk, SOCKET_ACCEPTED);
	}
	if (new != KERNEL_TCP_ESTABLISHED &&new != KERNEL_TCP_CLOSE)
		return 0;
	owner = bpf_sk_storage_get(&owners, sk, 0, 0);
	if (new == KERNEL_TCP_CLOSE) { /* (6) */
		report(sk, owner, bpf_get_socket_cookie(sk),
		       old == KERNEL_TCP_LISTEN ? SOCKET_UNBOUND : SOCKET_CLOSED, IPPROTO_TCP);
		return 0;
	}
	if (owner && (owner->flags & SOCKET_REPORTED))
		return 0;
	report(sk, owner, bpf_get_socket_cookie(sk), SOCKET_OPENED, IPPROTO_TCP); /* (4) */
	if (owner)
		owner->flags |= SOCKET_REPORTED;
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int netmon_socket_state(__u64 *ctx)
{
	return change_state((struct sock *)ctx[0], (int)ctx[1], (int)ctx[2]);
}

/* (2) Without a reply of its own, so that those of other programs stand. */
SEC("sockops")
int netmon_socket_connect(struct bpf_sock_ops *ctx)
{
	struct socket_owner *owner;
	struct bpf_sock *sk;

	if (ctx->op != BPF_SOCK_OPS_TCP_CONNECT_CB)
		return ALLOW;
	sk = ctx->sk;
	if (!sk)
		return ALLOW;
	owner = bpf_sk_storage_get(&owners, sk, 0, 0);
	if (!owner || (owner->flags & SOCKET_REPORTED))
		return ALLOW;
	report(plain(sk), owner, bpf_get_socket_cookie(ctx), SOCKET_OPENED, IPPROTO_TCP);
	owner->flags |= SOCKET_REPORTED;
	return ALLOW;
}

/* Once for each socket: what comes after costs a look-up in the socket's storage. */
static __always_inline int meet_udp(struct sock *sk, void *storage_of, __u64 cookie)
{
	struct socket_owner *owner = bpf_sk_storage_get(&owners, storage_of, 0, 0);

	if (owner && (owner->flags & SOCKET_REPORTED))
		return ALLOW;
	owner = own(sk, storage_of, SOCKET_REPORTED);
	report(sk, owner, cookie, SOCKET_BOUND, IPPROTO_UDP);
	return ALLOW;
}

SEC("cgroup/sendmsg4")
int netmon_udp_send4(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk && ctx->protocol == IPPROTO_UDP ? meet_udp(plain(sk), sk, bpf_get_socket_cookie(ctx))
	                                          : ALLOW;
}

SEC("cgroup/sendmsg6")
int netmon_udp_send6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk && ctx->protocol == IPPROTO_UDP ? meet_udp(plain(sk), sk, bpf_get_socket_cookie(ctx))
	                                          : ALLOW;
}

SEC("cgroup/post_bind4")
int netmon_udp_bind4(struct bpf_sock *ctx)
{
	return ctx->protocol == IPPROTO_UDP ? meet_udp(plain(ctx), ctx, bpf_get_socket_cookie(ctx)) : ALLOW;
}

SEC("cgroup/post_bind6")
int netmon_udp_bind6(struct bpf_sock *ctx)
{
	return ctx->protocol == IPPROTO_UDP ? meet_udp(plain(ctx), ctx, bpf_get_socket_cookie(ctx)) : ALLOW;
}

/* A connected socket sends without passing any hook: its peer is known here at the latest. */
SEC("cgroup/sock_release")
int netmon_udp_close(struct bpf_sock *ctx)
{
	struct sock *sk;
	struct socket_owner *owner;

	if (ctx->protocol != IPPROTO_UDP)
		return ALLOW;
	sk = plain(ctx);
	owner = bpf_sk_storage_get(&owners, ctx, 0, 0);
	if (BPF_CORE_READ(sk, __sk_common.skc_dport)) {
		if (!owner)
			owner = own(sk, ctx, 0);
		report(sk, owner, bpf_get_socket_cookie(ctx), SOCKET_CLOSED, IPPROTO_UDP);
	} else if (owner) {
		report(sk, owner, bpf_get_socket_cookie(ctx), SOCKET_UNBOUND, IPPROTO_UDP);
	}
	return ALLOW;
}

/*
 * Of several processes that have a socket, its owner is the one that was: the first that is met where none is known, and
 * another once the owner was not met for two walks. The init process gives way at once: it listens for others.
 */
static __always_inline bool is_owners(const struct socket_owner *owner, __u32 pid, __u64 now)
{
	return !owner->pid || owner->pid == pid || owner->pid == 1 || now - owner->seen_ns > config.stale_ns;
}

static __always_inline int visit(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket_owner *owner;
	struct socket_event e;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	count(files, 1);
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u16 protocol = BPF_CORE_READ(sk, sk_protocol);
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	__u64 now = bpf_ktime_get_ns();

	if ((family != AF_INET && family != AF_INET6) || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return 0;
	if (protocol == IPPROTO_TCP && state == KERNEL_TCP_CLOSE)
		return 0;
	owner = bpf_sk_storage_get(&owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!owner) {
		count(storage_failed, 1);
		return 0;
	}
	if (!is_owners(owner, BPF_CORE_READ(task, tgid), now))
		return 0;
	owner->netns = namespace_of(sk);
	owner->seen_ns = now;
	if (state == KERNEL_TCP_LISTEN)
		owner->flags |= SOCKET_ACCEPTED;
	read_process(task, owner);

	bool waits = protocol == IPPROTO_TCP ? state == KERNEL_TCP_LISTEN
	                                     : !BPF_CORE_READ(sk, __sk_common.skc_dport);

	__u8 kind = waits ? SOCKET_BOUND : SOCKET_SEEN;
	struct tuple t;

	if (!read_end(sk, kind, &t))
		return 0;
	fill_event(&e, sk, &t, owner, kind, protocol);
	e.cookie = bpf_get_socket_cookie(sk);
	if (!bpf_seq_write(ctx->meta->seq, &e, sizeof(e)))
		count(seen, 1);
	return 0;
}

SEC("iter/task_file")
int netmon_sockets(struct bpf_iter__task_file *ctx)
{
	return visit(ctx);
}

char LICENSE[] SEC("license") = "GPL";
