using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Finds what each page of the dump belongs to.</summary>
internal sealed class OwnerSurvey
{
    private readonly WalkContext _context;
    private readonly PageSurvey _survey;
    private readonly PageOwner[] _owner;
    private readonly int[] _number;
    private readonly PageSteps _steps;

    private OwnerSurvey(WalkContext context, PageSurvey survey)
    {
        _context = context;
        _survey = survey;
        _owner = new PageOwner[context.Memory.Physical.PageCount];
        _number = new int[_owner.Length];
        Array.Fill(_number, -1);
        _steps = new PageSteps(context, "owners of pages");
    }

    /// <summary>
    /// Finds them. The first that claims a page has it: slabs, large allocations, kernel files, stacks, tables, then
    /// what vm_page says.
    /// </summary>
    public static PageOwners Make(
        WalkContext context, PageSurvey survey, KernelHeap heap, IReadOnlyList<LoadedFile> files,
        IReadOnlyList<KernelThread> threads, bool threadsWhole, (ulong Address, ulong Length) messages)
    {
        var owners = new OwnerSurvey(context, survey);
        owners.Slabs(heap);
        owners.LargeAllocations(heap);
        foreach (LoadedFile file in files)
        {
            owners.Claim(file.Address, file.Size, file.Id == 1 ? PageOwner.Kernel : PageOwner.Module);
        }

        foreach (KernelThread thread in threads)
        {
            owners.Claim(thread.Stack, thread.StackSize, PageOwner.Stack);
        }

        foreach (ulong table in context.Memory.Translation.TablePages())
        {
            owners.Set(context.Memory.Physical.SlotOf(table), PageOwner.PageTable);
        }

        if (survey.Array is { } array)
        {
            owners.Claim(array.Address, array.Bytes, PageOwner.PageArray);
        }

        owners.Claim(messages.Address, messages.Length, PageOwner.MessageBuffer, wholePages: true);
        for (int slot = 0; slot < owners._owner.Length; slot++)
        {
            owners.Set(slot, survey.Class[slot] switch
            {
                PageClass.Free => PageOwner.Free,
                PageClass.Data => PageOwner.Data,
                PageClass.StackObject when threadsWhole => PageOwner.CachedStack,
                PageClass.StackObject => PageOwner.Stack,
                _ => PageOwner.Unknown,
            });
        }

        return new PageOwners { Owner = owners._owner, Number = owners._number };
    }

    private void Slabs(KernelHeap heap)
    {
        SlabTable slabs = heap.Slabs;
        ulong page = (ulong)_context.Memory.PageSize;
        long shared = 0;
        for (int slab = 0; slab < slabs.Count; slab++)
        {
            Keg keg = heap.Kegs[slabs.Keg[slab]];
            for (int i = 0; i < keg.PagesPerSlab && _steps.Take(); i++)
            {
                int slot = _context.Memory.SlotOf(slabs.Base[slab] + ((ulong)i * page));
                if (slot >= 0 && _number[slot] >= 0)
                {
                    shared++;
                }

                Set(slot, PageOwner.Slab, slab);
            }
        }

        if (shared > 0)
        {
            _context.Problems.Add(
                DiagnosticId.DamagedDump, "slabs", $"{shared} pages are claimed by two slabs; the first has them");
        }
    }

    private void LargeAllocations(KernelHeap heap)
    {
        ulong page = (ulong)_context.Memory.PageSize;
        for (int i = 0; i < heap.Large.Count; i++)
        {
            for (ulong at = 0; at < heap.Large[i].Size && _steps.Take(); at += page)
            {
                Set(_context.Memory.SlotOf(heap.Large[i].Address + at), PageOwner.Large, i);
            }
        }
    }

    /// <summary>Claims the pages of a range of virtual memory; no more than the dump has pages.</summary>
    private void Claim(ulong address, ulong length, PageOwner owner, bool wholePages = false)
    {
        ulong page = (ulong)_context.Memory.PageSize;
        ulong first = wholePages ? (address + page - 1) & ~(page - 1) : address & ~(page - 1);
        if (address == 0 || length == 0 || address + length < address)
        {
            return;
        }

        ulong end = wholePages ? (address + length) & ~(page - 1) : address + length;
        for (ulong at = first; at < end && _steps.Take(); at += page)
        {
            Set(_context.Memory.SlotOf(at), owner);
        }
    }

    private void Set(int slot, PageOwner owner, int number = -1)
    {
        if (slot >= 0 && _owner[slot] == PageOwner.Unknown)
        {
            _owner[slot] = owner;
            _number[slot] = number;
        }
    }
}
