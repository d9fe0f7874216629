#!/usr/sbin/dtrace -s
/*
 * Follows the pages that the kernel takes for itself from allocation to release.
 * Written for FreeBSD 13.2. Run as root on the host, not in a jail:
 *     kldload -n dtraceall; dtrace -s THIS-FILE > trace.out 2>&1
 * It reads only, and stops by itself: after 30 s, above 20000 events/s, or when DTrace runs
 * out of room for variables. Then: leakstat trace --read trace.out
 */
#pragma D option quiet
#pragma D option bufsize=8m
#pragma D option switchrate=10hz
#pragma D option dynvarsize=16m
#pragma D option strsize=128
/* Which functions have probes there is not known in full: what is missing is left out, and counted. */
#pragma D option zdefs

int closing;
int second;
int events;
int failed;
string why;
self int64_t bytes;
self int depth;
self int forwards;

dtrace:::BEGIN
{
	why = "interrupted";
	@requests = sum(0);
	@returned = sum(0);
	printf("leakstat-trace 1 kind=kmem release=13.2 seconds=20 age=10 bytes=0 sample=1 rate=20000 begin=%d suspect=%s\n", timestamp, "kmem");
}

/* Counted against what returns: a function that ends in a jump to another has no return. */
fbt:kernel:kmem_malloc_domainset:entry,
fbt:kernel:kmem_alloc_contig_domainset:entry,
fbt:kernel:kmem_alloc_attr_domainset:entry
/!closing && (!self->depth || stackdepth + 1 <= self->depth) && !(self->forwards && stackdepth + 1 == self->depth)/
{
	@requests = sum(1);
}

/* No deeper than one that is remembered: that one has ended unseen. */
fbt:kernel:kmem_malloc_domainset:entry,
fbt:kernel:kmem_alloc_contig_domainset:entry,
fbt:kernel:kmem_alloc_attr_domainset:entry
/self->depth && stackdepth < self->depth/
{
	self->depth = 0;
	self->forwards = 0;
	self->bytes = 0;
}

/* Pages are taken: remember how many bytes and how deep, until the address is known. */
fbt:kernel:kmem_malloc_domainset:entry,
fbt:kernel:kmem_alloc_contig_domainset:entry,
fbt:kernel:kmem_alloc_attr_domainset:entry
/!closing && !self->depth/
{
	self->bytes = arg1;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:kmem_malloc_domainset:entry,
fbt:kernel:kmem_alloc_contig_domainset:entry,
fbt:kernel:kmem_alloc_attr_domainset:entry
/!closing && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* The allocator returns from that depth: here is the address. */
fbt:kernel:kmem_malloc_domainset:return,
fbt:kernel:kmem_alloc_contig_domainset:return,
fbt:kernel:kmem_alloc_attr_domainset:return
/self->depth && stackdepth + 1 == self->depth && arg1 < 0/
{
	printf("A 0x%x %d %d\n", arg1, self->bytes, timestamp);
	stack(24);
	events++;
}

fbt:kernel:kmem_malloc_domainset:return,
fbt:kernel:kmem_alloc_contig_domainset:return,
fbt:kernel:kmem_alloc_attr_domainset:return
/self->depth && stackdepth + 1 == self->depth && (arg1 == 0 || (arg1 < 0))/
{
	@returned = sum(1);
	self->depth = 0;
	self->forwards = 0;
	self->bytes = 0;
}

/* Pages are given back. */
fbt:kernel:kmem_free:entry
/arg0 != 0/
{
	printf("F 0x%x %d\n", arg0, timestamp);
	events++;
}

/* Too much for this host: better no answer than a burden. */
fbt:kernel:kmem_malloc_domainset:return,
fbt:kernel:kmem_alloc_contig_domainset:return,
fbt:kernel:kmem_alloc_attr_domainset:return,
fbt:kernel:kmem_free:entry
/events > 20000/
{
	why = "rate";
	exit(0);
}

/* Time. After 20 s only releases count, so that what is left is at least 10 s old. */
profile:::tick-1s
{
	second++;
	events = 0;
}

profile:::tick-1s
/second >= 20/
{
	closing = 1;
}

profile:::tick-1s
/second >= 30/
{
	why = "time";
	exit(0);
}

dtrace:::ERROR
{
	failed++;
}

dtrace:::END
{
	printa("leakstat-trace requests=%@d\n", @requests);
	printa("leakstat-trace returned=%@d\n", @returned);
	printf("leakstat-trace end why=%s end=%d errors=%d\n", why, timestamp, failed);
}
