using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;
using Leakstat.Model;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>What was said of one lost group, and whose it is.</summary>
internal sealed record OwnerCase(string Owner, IReadOnlyList<TypeCandidate> Candidates);

/// <summary>
/// Machines drawn by a seed, each of which lost blocks of one type: types of the kernel and of modules share a bucket; some blocks
/// point into modules, have locks in them, or look like those of others; some of a type are held beside the lost ones.
/// How often what is drawn is set here, not by any real host.
/// </summary>
internal sealed class OwnerPopulation
{
    private const int Bucket = 256;
    private const int Used = 216;

    private readonly Random _random;
    private readonly Scenario _heap = new();
    private readonly List<OwnerType> _types = [];

    private OwnerPopulation(int seed)
    {
        _random = new Random(seed);
    }

    /// <summary>A type, and what its blocks of the bucket look like.</summary>
    private sealed record OwnerType(string Name, Module? Module, ulong Number, ulong Pointer, ulong Lock)
    {
        public IPlace? Head { get; set; }
    }

    /// <summary>What a machine's lost group is said to be.</summary>
    public static OwnerCase Of(int seed)
    {
        var population = new OwnerPopulation(seed);
        string owner = population.Lose();
        using Opened opened = Opened.Minidump(population._heap.Crash());
        LeakGroup group = LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Single(l => l.Name == $"malloc-{Bucket}");
        return new OwnerCase(owner, [.. group.Candidates]);
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    /// <summary>A number between two, as often small as large by its order of magnitude.</summary>
    private int Between(int least, int most) => (int)Math.Round(least * Math.Pow((double)most / least, _random.NextDouble()));

    private string Lose()
    {
        Populate();
        foreach (OwnerType type in _types.Where(_ => Chance(0.75)))
        {
            Hold(type, Between(3, 500));
        }

        foreach (OwnerType type in _types.Where(_ => Chance(0.5)))
        {
            _heap.Point(Head(type, "other"), _heap.Block(type.Name, Chance(0.5) ? 1000 : 60));
        }

        OwnerType[] ofModules = [.. _types.Where(t => t.Module is not null)];
        OwnerType owner = Chance(0.6) ? ofModules[_random.Next(ofModules.Length)] : _types[_random.Next(_types.Count)];
        OwnerType look = Chance(0.85) ? owner : owner with { Number = 0, Pointer = 0, Lock = 0 };
        int lost = Between(5, 1200);
        double pointing = Chance(0.5) ? 1 : _random.NextDouble();
        for (int i = 0; i < lost; i++)
        {
            Block(owner, look, Chance(pointing));
        }

        // Some of another type in the same bucket, fewer.
        if (Chance(0.15))
        {
            OwnerType other = _types[_random.Next(_types.Count)];
            for (int i = 0; i < lost / 5; i++)
            {
                Block(other, other, isPointing: true);
            }
        }

        return owner.Name;
    }

    /// <summary>Types of the kernel and of one to three modules, each with a look of its own or that of zeros.</summary>
    private void Populate()
    {
        Module[] modules = [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(i => _heap.Machine.Modules.Load($"if_m{i}.ko"))];
        IPlace[] functions = [.. modules.Select(m => m.Variable("tick", 64, ".text"))];
        int kernel = 3 + _random.Next(6);
        for (int i = 0; i < kernel; i++)
        {
            // A tenth of the kernel's own types keeps pointers to functions of a module: callouts, handlers.
            ulong pointer = Chance(0.1) ? functions[_random.Next(functions.Length)].Address : 0;
            _types.Add(Look($"kernel{i}", null, pointer));
        }

        foreach ((Module module, IPlace function) in modules.Zip(functions))
        {
            int own = 1 + _random.Next(3);
            for (int i = 0; i < own; i++)
            {
                string name = $"{module.Name[..^3]}_{i}";
                _heap.Machine.Malloc.Type(
                    name, module.Variable($"M_{name}", _heap.Machine.Layouts["malloc_type"].Size, ".data").Address, module.Text(name));
                _types.Add(Look(name, module, Chance(0.5) ? function.Address : 0));
            }
        }
    }

    private OwnerType Look(string name, Module? module, ulong pointer)
    {
        ulong named = Chance(0.15) ? _heap.Machine.Kernel.Text(Chance(0.9) ? $"{name} mtx" : "kernel0 mtx") : 0;
        return new OwnerType(name, module, Chance(0.3) ? 0 : 0x1_0000_0000u + (ulong)_random.Next(), pointer, named);
    }

    private void Hold(OwnerType type, int count)
    {
        IPlace from = type.Head ??= Head(type, "list");
        for (int i = 0; i < count; i++)
        {
            Item item = Block(type, type, isPointing: true);
            _heap.Point(from, item, at: 0);
            from = item;
        }
    }

    private IPlace Head(OwnerType type, string name) =>
        type.Module is { } module && Chance(0.85) ? module.Variable($"{type.Name}_{name}") : _heap.Variable($"{type.Name}_{name}");

    private Item Block(OwnerType type, OwnerType look, bool isPointing)
    {
        Item item = _heap.Block(type.Name, Used);
        _heap.Machine.Space.Write(item.Address, new byte[Bucket]);
        _heap.Machine.Space.Write(item.Address + 24, look.Number);
        if (isPointing)
        {
            _heap.Machine.Space.Write(item.Address + 48, look.Pointer);
        }

        if (look.Lock != 0)
        {
            _heap.Machine.Space.Write(item.Address + 32, look.Lock);
            _heap.Machine.Space.Write(item.Address + 40, 0x0103_0000);
        }

        return item;
    }
}
