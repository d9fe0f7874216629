#!/usr/sbin/dtrace -s
/*
 * Follows what the code of leakmod.ko takes by malloc(9) from allocation to release.
 * Written for FreeBSD 15.0. Run as root on the host, not in a jail:
 *     kldload -n dtraceall; dtrace -s THIS-FILE > trace.out 2>&1
 * It reads only, and stops by itself: after 30 s, above 20000 events/s, or when DTrace runs
 * out of room for variables. Then: leakstat trace --read trace.out
 */
#pragma D option quiet
#pragma D option bufsize=8m
#pragma D option switchrate=10hz
#pragma D option dynvarsize=128m
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
self int64_t address;
int live[int64_t];

dtrace:::BEGIN
{
	why = "interrupted";
	@requests = sum(0);
	@returned = sum(0);
	printf("leakstat-trace 1 kind=module release=15.0 seconds=20 age=10 bytes=0 sample=1 rate=20000 begin=%d suspect=%s\n", timestamp, "leakmod.ko");
}

/* Counted against what returns: a function that ends in a jump to another has no return. */
fbt:kernel:malloc:entry,
fbt:kernel:malloc_exec:entry,
fbt:kernel:malloc_domainset_exec:entry,
fbt:kernel:malloc_domainset:entry,
fbt:kernel:malloc_aligned:entry,
fbt:kernel:malloc_domainset_aligned:entry,
fbt:kernel:mallocarray:entry,
fbt:kernel:mallocarray_domainset:entry,
fbt:kernel:realloc:entry,
fbt:kernel:reallocf:entry,
fbt:kernel:contigmalloc:entry,
fbt:kernel:contigmalloc_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && (!self->depth || stackdepth + 1 <= self->depth) && !(self->forwards && stackdepth + 1 == self->depth)/
{
	@requests = sum(1);
}

/* No deeper than one that is remembered: that one has ended unseen. */
fbt:kernel:malloc:entry,
fbt:kernel:malloc_exec:entry,
fbt:kernel:malloc_domainset_exec:entry,
fbt:kernel:malloc_domainset:entry,
fbt:kernel:malloc_aligned:entry,
fbt:kernel:malloc_domainset_aligned:entry,
fbt:kernel:mallocarray:entry,
fbt:kernel:mallocarray_domainset:entry,
fbt:kernel:realloc:entry,
fbt:kernel:reallocf:entry,
fbt:kernel:contigmalloc:entry,
fbt:kernel:contigmalloc_domainset:entry
/self->depth && stackdepth < self->depth/
{
	self->depth = 0;
	self->forwards = 0;
	self->bytes = 0;
}

/* malloc(9), called by the module. */
fbt:kernel:malloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* malloc_exec(9), called by the module. */
fbt:kernel:malloc_exec:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc_exec:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* malloc_domainset_exec(9), called by the module. */
fbt:kernel:malloc_domainset_exec:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc_domainset_exec:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* malloc_domainset(9), called by the module. */
fbt:kernel:malloc_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* malloc_aligned(9), called by the module. */
fbt:kernel:malloc_aligned:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc_aligned:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* malloc_domainset_aligned(9), called by the module. */
fbt:kernel:malloc_domainset_aligned:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc_domainset_aligned:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* mallocarray(9), called by the module. */
fbt:kernel:mallocarray:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0 * arg1;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:mallocarray:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* mallocarray_domainset(9), called by the module. */
fbt:kernel:mallocarray_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0 * arg1;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:mallocarray_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* realloc(9), called by the module. */
fbt:kernel:realloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg1;
	self->depth = stackdepth + 1;
	self->forwards = 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:realloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* reallocf(9), called by the module. */
fbt:kernel:reallocf:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg1;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:reallocf:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* contigmalloc(9), called by the module. */
fbt:kernel:contigmalloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:contigmalloc:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* contigmalloc_domainset(9), called by the module. */
fbt:kernel:contigmalloc_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	self->bytes = arg0;
	self->depth = stackdepth + 1;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:contigmalloc_domainset:entry
/!closing && caller >= 0xffffffff818a8000ULL && caller < 0xffffffff818ab000ULL && !self->depth/
{
	why = "dynamic variables";
	exit(0);
}

/* The allocator returns from that depth: here is the address. */
fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:realloc:return,
fbt:kernel:reallocf:return
/self->depth && stackdepth + 1 == self->depth && arg1 < 0/
{
	printf("A 0x%x %d %d\n", arg1, self->bytes, timestamp);
	stack(24);
	events++;
	live[arg1] = 1;
	self->address = arg1;
}

fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:realloc:return,
fbt:kernel:reallocf:return
/self->depth && stackdepth + 1 == self->depth && (arg1 == 0 || (arg1 < 0))/
{
	@returned = sum(1);
	self->depth = 0;
	self->forwards = 0;
	self->bytes = 0;
}

/* The variable was not kept: out of room, and allocations would be missed. */
fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:realloc:return,
fbt:kernel:reallocf:return
/self->address && self->address == arg1 && !live[arg1]/
{
	why = "dynamic variables";
	exit(0);
}

fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:realloc:return,
fbt:kernel:reallocf:return
/self->address/
{
	self->address = 0;
}

/* Release of a block that the module took. */
fbt:kernel:free:entry,
fbt:kernel:zfree:entry,
fbt:kernel:contigfree:entry
/live[arg0]/
{
	printf("F 0x%x %d\n", arg0, timestamp);
	events++;
	live[arg0] = 0;
}

/* Too much for this host: better no answer than a burden. */
fbt:kernel:malloc:return,
fbt:kernel:malloc_domainset:return,
fbt:kernel:malloc_large:return,
fbt:kernel:contigmalloc:return,
fbt:kernel:contigmalloc_domainset:return,
fbt:kernel:realloc:return,
fbt:kernel:reallocf:return,
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
