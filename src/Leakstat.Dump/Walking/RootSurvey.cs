using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Finds the roots: all memory of the dump that may hold pointers to allocations and is none itself.</summary>
internal sealed class RootSurvey
{
    private readonly WalkContext _context;
    private readonly PageOwners _owners;
    private readonly PageSurvey _survey;
    private readonly PageSteps _steps;
    private readonly List<RootRange> _roots = [];
    private readonly bool[] _covered;
    private readonly List<ulong> _addressWords;

    private RootSurvey(WalkContext context, PageOwners owners, PageSurvey survey)
    {
        _context = context;
        _owners = owners;
        _survey = survey;
        _covered = new bool[owners.Owner.Length];
        _steps = new PageSteps(context, "roots");
        _addressWords = AddressWords.Find(context);
    }

    /// <summary>Finds them.</summary>
    public static List<RootRange> Find(
        WalkContext context, PageOwners owners, PageSurvey survey, IReadOnlyList<LoadedFile> files,
        IReadOnlyList<KernelThread> threads)
    {
        var roots = new RootSurvey(context, owners, survey);
        roots.Files(files);
        roots.Stacks(threads);
        roots.PerCpu();
        if (survey.Array is { } array)
        {
            roots.Add(RootKind.PageArray, array.Address, array.Bytes, "vm_page_array");
        }

        roots.OtherPages();
        return roots._roots;
    }

    private void Files(IReadOnlyList<LoadedFile> files)
    {
        foreach (LoadedFile file in files)
        {
            foreach (LoadedSection section in file.Sections)
            {
                if (section.IsWritable && section.Size > 0)
                {
                    bool kernel = file.Id == 1;
                    Add(
                        kernel ? RootKind.KernelData : RootKind.ModuleData,
                        section.Address,
                        section.Size,
                        section.Name == file.Name ? file.Name : $"{file.Name} {section.Name}");
                }
            }
        }
    }

    private void Stacks(IReadOnlyList<KernelThread> threads)
    {
        foreach (KernelThread thread in threads)
        {
            if (thread.Stack == 0 || thread.StackSize == 0)
            {
                continue;
            }

            // What lies below the stack pointer was left there by calls that have returned.
            List<(ulong, ulong)> parts = thread.Registers is { } registers && registers.StackPointer > thread.Stack
                ? StackParts.Live(_context, thread, registers)
                : [(thread.Stack, thread.StackSize)];
            foreach ((ulong address, ulong length) in parts)
            {
                Add(RootKind.Stack, address, length, $"stack of {thread.Title}");
            }
        }
    }

    private void PerCpu()
    {
        int size = _context.Types.Size("pcpu");
        int dynamic = _context.Types.Offset("pcpu", "pc_dynamic");
        if (_context.Machine.Pcpu == 0 || size == 0)
        {
            return;
        }

        _context.Symbols.TryFind("__start_set_pcpu", out KernelSymbol start);
        _context.Symbols.TryFind("__stop_set_pcpu", out KernelSymbol stop);
        for (int cpu = 0; cpu < _context.Machine.CpuIds; cpu++)
        {
            ulong at = _context.Machine.Pcpu + ((ulong)cpu * (ulong)size);
            Add(RootKind.PerCpu, at, (ulong)size, $"struct pcpu of CPU {cpu}");

            // pc_dynamic is the place of the CPU's copy less the place of the template (sys/kern/subr_pcpu.c).
            ulong offset = _context.Memory.Pointer(at, dynamic);
            if (offset != 0
                && start.Address != 0
                && stop.Address > start.Address
                && stop.Address - start.Address < 64 << 20)
            {
                Add(
                    RootKind.DynamicPerCpu,
                    start.Address + offset,
                    stop.Address - start.Address,
                    $"per-CPU data of CPU {cpu}");
            }
        }
    }

    /// <summary>Pages that nothing named claims: neighbours of one kind become one range.</summary>
    private void OtherPages()
    {
        ulong page = (ulong)_context.Memory.PageSize;
        for (int slot = 0; slot < _covered.Length; slot++)
        {
            if (_covered[slot] || _owners.Owner[slot] != PageOwner.Unknown)
            {
                continue;
            }

            (RootKind kind, string name) = _survey.Class[slot] switch
            {
                PageClass.NotManaged => (RootKind.Boot, "memory taken at boot"),
                PageClass.KernelObject => (RootKind.KernelMap, "kernel map"),
                PageClass.OtherObject => (RootKind.UnknownPage, "page of a device or unknown object"),
                _ => (RootKind.UnknownPage, "page without object"),
            };
            ulong physical = _context.Memory.Physical.AddressOf(slot);
            if (_context.Memory.Physical.SlotOf(physical) != slot)
            {
                // More bits than the ranges of memory have pages: no address leads there.
                continue;
            }

            ulong address = _survey.KernelAddress[slot] is not 0 and ulong mapped
                ? mapped
                : _context.Memory.Translation.ToDirectMap(physical);
            if (_roots.Count > 0
                && _roots[^1] is var last
                && last.Kind == kind
                && last.Address + last.Length == address
                && last.Name == name)
            {
                _roots[^1] = last with { Length = last.Length + page };
            }
            else
            {
                _roots.Add(new RootRange(kind, address, page, name));
            }
        }
    }

    private void Add(RootKind kind, ulong address, ulong length, string name)
    {
        ulong page = (ulong)_context.Memory.PageSize;
        if (length == 0)
        {
            return;
        }

        // Not so near the end of addresses that rounding up to a page would begin again at 0.
        if (address > ulong.MaxValue - length
            || address + length > ulong.MaxValue - page
            || length > (ulong)_covered.Length * page * 4)
        {
            _context.Problems.Add(DiagnosticId.DamagedDump, name, "its bounds contradict the dump; it is not scanned");
            return;
        }

        AddBetween(kind, address, length, name);
        for (ulong at = (address + page - 1) & ~(page - 1); at + page <= address + length && _steps.Take(); at += page)
        {
            if (_context.Memory.SlotOf(at) is >= 0 and int slot)
            {
                _covered[slot] = true;
            }
        }
    }

    /// <summary>Adds a root without the words that only say where something begins or ends.</summary>
    private void AddBetween(RootKind kind, ulong address, ulong length, string name)
    {
        ulong end = address + length;
        foreach (ulong word in kind == RootKind.PageArray ? [] : _addressWords)
        {
            if (word >= address && word < end)
            {
                if (word > address)
                {
                    _roots.Add(new RootRange(kind, address, word - address, name));
                }

                address = Math.Min(word + 8, end);
            }
        }

        if (address < end)
        {
            _roots.Add(new RootRange(kind, address, end - address, name));
        }
    }
}
