#!/usr/sbin/dtrace -s
/*
 * Follows the blocks of malloc type "CAM queue" from allocation to release.
 * Written for FreeBSD 14.2. Run as root on the host, not in a jail:
 *     kldload -n dtraceall; dtrace -s THIS-FILE > trace.out 2>&1
 * It reads only, and stops by itself: after 30 s, above 20000 events/s, or when DTrace runs
 * out of room for variables. Then: leakstat trace --read trace.out
 */
#pragma D option quiet
#pragma D option bufsize=8m
#pragma D option switchrate=10hz
#pragma D option dynvarsize=64m
#pragma D option strsize=128

int closing;
int second;
int events;
int failed;
string why;
self int64_t bytes;

dtrace:::BEGIN
{
	why = "interrupted";
	@requests = sum(0);
	@returned = sum(0);
	printf("leakstat-trace 1 kind=malloc release=14.2 seconds=20 age=10 bytes=0 sample=1 rate=20000 begin=%d suspect=%s\n", timestamp, "CAM queue");
}

/* Another allocation begins in this thread: one that is still remembered has ended unseen. */
fbt:kernel:malloc:entry,
fbt:kernel:malloc_domainset:entry,
fbt:kernel:malloc_large:entry,
fbt:kernel:contigmalloc:entry,
fbt:kernel:contigmalloc_domainset:entry
/self->bytes/
{
	self->bytes = 0;
}

/* Inside an allocation of this type: keep its size (the bucket's) until the address is known. */
dtmalloc::CAM_queue:malloc
/!closing && arg3 > 0 && stringof(((struct malloc_type *)arg0)->ks_shortdesc) == "CAM queue"/
{
	self->bytes = arg3;
	@requests = sum(1);
}

/* The variable was not kept: out of room, and allocations would be missed. */
dtmalloc::CAM_queue:malloc
/!self->bytes && !closing && arg3 > 0 && stringof(((struct malloc_type *)arg0)->ks_shortdesc) == "CAM queue"/
{
	why = "dynamic variables";
	exit(0);
}

/* The allocator returns: here is the address. */
fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return
/self->bytes && arg1 < 0/
{
	printf("A 0x%x %d %d\n", arg1, self->bytes, timestamp);
	stack(24);
	events++;
}

fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return
/self->bytes && arg1 <= 0/
{
	@returned = sum(1);
	self->bytes = 0;
}

/* free(9) of a block of this type. */
fbt:kernel:free:entry
/arg0 != 0 && arg1 != 0 && stringof(((struct malloc_type *)arg1)->ks_shortdesc) == "CAM queue"/
{
	printf("F 0x%x %d\n", arg0, timestamp);
	events++;
}

/* zfree(9) of a block of this type. */
fbt:kernel:zfree:entry
/arg0 != 0 && arg1 != 0 && stringof(((struct malloc_type *)arg1)->ks_shortdesc) == "CAM queue"/
{
	printf("F 0x%x %d\n", arg0, timestamp);
	events++;
}

/* contigfree(9) of a block of this type. */
fbt:kernel:contigfree:entry
/arg0 != 0 && arg2 != 0 && stringof(((struct malloc_type *)arg2)->ks_shortdesc) == "CAM queue"/
{
	printf("F 0x%x %d\n", arg0, timestamp);
	events++;
}

/* Too much for this host: better no answer than a burden. */
fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:free:entry
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
