/*
 * Structures with the names and members that leakstat looks for, laid out unlike any kernel's, so that what is read can only
 * come from the debug information. What a compiler made of this file lies beside it:
 *   gcc -shared -nostdlib -Wl,--build-id=none -fdebug-prefix-map=$PWD=. -gdwarf-4 -o gcc-dwarf4.elf structs.c
 *   gcc -shared -nostdlib -Wl,--build-id=none -fdebug-prefix-map=$PWD=. -gdwarf-5 -o gcc-dwarf5.elf structs.c
 *   gcc -shared -nostdlib -Wl,--build-id=none -fdebug-prefix-map=$PWD=. -gdwarf-5 -gz=zlib -o gcc-dwarf5-z.elf structs.c
 * offsets.tsv is what offsetof() and sizeof say (gcc -DPRINT structs.c, run).
 */
#include <stddef.h>
#include <stdint.h>

typedef uint64_t counter_u64_t;
typedef const volatile struct uma_keg *uma_keg_t;

struct uma_hash_slab {
	char	pad[3][5];
	struct {
		uint8_t	*uhs_data;
	};
	union {
		struct { uint32_t a; uint64_t uhs_slab; };
		char big[40];
	};
};

struct uma_keg {
	uint8_t	uk_flags;
	struct { void *lh_first; } uk_zones;
	uint32_t uk_size:12, uk_rsize:20;
	const char *uk_name;
	struct { struct uma_keg *le_next, **le_prev; } uk_link;
};

struct uma_zone {
	uint16_t	uz_flags;
	uma_keg_t	uz_keg;
	counter_u64_t	uz_allocs;
	char		uz_cpu[];
};

struct elf_file { int other; };			/* link_elf.c */

struct vm_page {
	union { struct { void *slab, *zone; } uma; } plinks;
	struct uma_zone	nested;
	uint64_t	phys_addr;
	enum { A, B } order;
	int	(*pindex)(int);
	uint32_t	ref_count[7];
};

struct uma_hash_slab one; struct uma_keg two; struct uma_zone three; struct elf_file four; struct vm_page five;

#ifdef PRINT
#include <stdio.h>
#define F(s, f) printf("%s\t%zu\t%s\t%zu\t%zu\n", #s, sizeof(struct s), #f, offsetof(struct s, f), sizeof(((struct s *)0)->f))
int main(void)
{
	F(uma_hash_slab, uhs_data); F(uma_hash_slab, uhs_slab);
	F(uma_keg, uk_flags); F(uma_keg, uk_zones); F(uma_keg, uk_name); F(uma_keg, uk_link);
	F(uma_zone, uz_flags); F(uma_zone, uz_keg); F(uma_zone, uz_allocs);
	printf("uma_zone\t%zu\tuz_cpu\t%zu\t0\n", sizeof(struct uma_zone), offsetof(struct uma_zone, uz_cpu));
	F(vm_page, plinks); F(vm_page, phys_addr); F(vm_page, order); F(vm_page, pindex); F(vm_page, ref_count);
	return (0);
}
#endif
