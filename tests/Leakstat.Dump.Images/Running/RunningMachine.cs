namespace Leakstat.Dump.Tests.Image;

/// <summary>
/// A machine that goes on running while its memory is read: objects are allocated and freed, pointers move, slabs come and go and
/// their addresses are used again by others. What happens follows from the seed and from the order in which pages are read. It
/// knows which objects are lost, because it lost them.
/// </summary>
public sealed class RunningMachine
{
    private const int RootWords = 1024;
    private const int BucketItems = 12;

    private readonly RunningOptions _options;
    private readonly Random _random;
    private readonly Scenario _scenario;
    private readonly UmaMemory _uma;
    private readonly Zone[] _zones;
    private readonly PointerSlot[] _roots;
    private readonly List<LiveObject> _live = [];
    private readonly HashSet<LiveObject> _lost = [];
    private readonly HashSet<ulong> _read = [];
    private readonly int _first;
    private double _owed;
    private int _expectedReads = 1;

    public RunningMachine(RunningOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _scenario = new Scenario(new MachineOptions { Seed = options.Seed, Release = options.Release, IsArm = options.IsArm, Memory = 24 << 20 });
        Machine machine = _scenario.Machine;
        _zones =
        [
            _scenario.Zone("widget", 216),
            _scenario.Zone("gadget", 512, new ZoneOptions { OffPage = true }),
            _scenario.Zone("sprocket", 96),
            machine.Malloc.ZoneFor(256),
            machine.Malloc.ZoneFor(64),
        ];
        IPlace roots = _scenario.Variable("running_objects", RootWords * 8);
        _roots = [.. Enumerable.Range(0, RootWords).Select(i => new PointerSlot(null, roots.Address + ((ulong)i * 8)))];
        foreach (Zone zone in _zones)
        {
            FillBuckets(zone);
        }

        for (int i = 0; i < options.Objects; i++)
        {
            Allocate();
        }

        for (int i = 0; i < options.Leaks; i++)
        {
            PlantLeak(i);
        }

        machine.Kernel.Define("dumping", 0, 4);
        Crashed = _scenario.Crash("");
        machine.Space.Write(machine.Kernel["panicstr"], 0UL);
        _uma = new UmaMemory(machine);
        _first = _live.Count;
        IsUp = true;
    }

    /// <summary>The machine's kernel and modules as files.</summary>
    public CrashedMachine Crashed { get; }

    public Machine Machine => _scenario.Machine;

    /// <summary>Addresses of what was lost before anything was read.</summary>
    public IReadOnlySet<ulong> Planted { get; private set; } = new HashSet<ulong>();

    /// <summary>Addresses of all that is lost by now: what stands here stays lost.</summary>
    public IReadOnlySet<ulong> Lost => _lost.Select(o => o.Item.Address).ToHashSet();

    /// <summary>Objects freed and allocated so far, as a share of those at the start.</summary>
    public double TurnedOver => (double)(Freed + Allocated) / _first;

    /// <summary>Pointers that moved so far, as a share of those at the start.</summary>
    public double Moved => (double)Moves / _first;

    public long Freed { get; private set; }

    public long Allocated { get; private set; }

    public long Moves { get; private set; }

    /// <summary>Objects allocated at an address that another one had.</summary>
    public long Reused { get; private set; }

    /// <summary>Moves from a page not yet read to one already read.</summary>
    public long MovesAway { get; private set; }

    private bool IsUp { get; }

    /// <summary>Begins to be read once more: so many pages as the last time are expected.</summary>
    public void BeginReading()
    {
        int last = _read.Count;
        _read.Clear();
        if (last > 0)
        {
            _expectedReads = last;
            Run(_options.Between);
        }
        else
        {
            _expectedReads = 600;
        }
    }

    /// <summary>A page of physical memory as it is now; the machine runs on first.</summary>
    public ReadOnlySpan<byte> Read(ulong physical)
    {
        Run(1.0 / _expectedReads);
        _read.Add(physical);
        return Machine.Memory.Page(physical);
    }

    /// <summary>Runs for as long as a share of one reading of its memory.</summary>
    public void Run(double share)
    {
        double perReading = ((2 * _options.Turnover) + _options.Moves) * _first;
        for (_owed += share * perReading; _owed >= 1; _owed--)
        {
            Step();
        }
    }

    private void Step()
    {
        double all = (2 * _options.Turnover) + _options.Moves;
        double which = _random.NextDouble() * all;
        if (which < _options.Moves)
        {
            Move();
        }
        else if (_live.Count > _first + 20 || (_live.Count > _first - 20 && _random.Next(2) == 0))
        {
            FreeOne();
        }
        else
        {
            Allocate();
        }
    }

    private void FillBuckets(Zone zone)
    {
        foreach ((BucketPlace place, int cpu) in ((BucketPlace, int)[])[(BucketPlace.Allocate, 0), (BucketPlace.Free, 1)])
        {
            foreach (Item item in Enumerable.Range(0, BucketItems).Select(_ => Machine.Uma.Take(zone)).ToArray())
            {
                Machine.Uma.Cache(item, place, cpu);
            }
        }
    }

    private void Allocate()
    {
        Zone zone = _zones[_random.Next(_zones.Length)];
        Item item = (_random.Next(3) > 0 && IsUp ? Machine.Uma.Uncache(zone, BucketPlace.Allocate, 0) ?? Machine.Uma.Uncache(zone, BucketPlace.Free, 1) : null)
            ?? Machine.Uma.Take(zone);
        Reused += item.IsPlanted ? 1 : 0;
        item.IsPlanted = true;
        Fill(item);
        var one = new LiveObject(item) { Place = _live.Count };
        PointerSlot slot = FreeSlot(one);
        _live.Add(one);
        Point(slot, one);
        Allocated += IsUp ? 1 : 0;
        Rewrite(zone.Keg!);
    }

    /// <summary>Lost: one alone, or one that hangs on another lost one.</summary>
    private void PlantLeak(int number)
    {
        Item item = Machine.Uma.Take(_zones[number % _zones.Length]);
        item.IsPlanted = true;
        Fill(item);
        var lost = new LiveObject(item);
        if (number % 3 == 2)
        {
            Point(_lost.Last().Slots[0], lost);
        }

        _lost.Add(lost);
        Planted = Lost;
    }

    /// <summary>Numbers: nothing that leads anywhere.</summary>
    private void Fill(Item item)
    {
        byte[] content = new byte[item.Size];
        _random.NextBytes(content.AsSpan(0, 16));
        content[7] = content[15] = 1;
        Write(item.Address, content);
    }

    private void FreeOne()
    {
        LiveObject one = _live[_random.Next(_live.Count)];
        foreach (PointerSlot slot in one.Slots.Where(s => s.Target is not null))
        {
            Move(slot, FreeSlot(one));
        }

        if (_random.Next(40) == 0)
        {
            // Its last pointer is dropped, and that is all.
            Clear(one.Holders[0]);
            Remove(one);
            _lost.Add(one);
            return;
        }

        PointerSlot last = one.Holders[0];
        Clear(last);
        if (_random.Next(2) == 0)
        {
            // Whoever pointed to it does not mind the word any more, and leaves it as it is.
            Write(last.Address, BitConverter.GetBytes(one.Item.Address));
        }

        Remove(one);
        Item item = one.Item;
        Bucket cache = item.Zone!.BucketAt(BucketPlace.Free, 1);
        if (cache.Items.Count < cache.Entries && _random.Next(3) > 0)
        {
            Machine.Uma.Cache(item, BucketPlace.Free, 1);
        }
        else
        {
            Machine.Uma.Free(item);
            if (_random.Next(2) == 0 && Machine.Uma.Release(item.Slab) is { } page)
            {
                Machine.Pages.Rewrite(page);
            }
        }

        Freed++;
        Rewrite(item.Slab.Keg);
    }

    /// <summary>A pointer moves to another word; the old one is cleared.</summary>
    private void Move()
    {
        LiveObject one = _live[_random.Next(_live.Count)];
        bool away = _random.NextDouble() < _options.AwayFromReader;
        for (int attempt = 0; away && attempt < 20 && IsRead(one.Holders[0]); attempt++)
        {
            one = _live[_random.Next(_live.Count)];
        }

        PointerSlot from = one.Holders[0];
        PointerSlot to = FreeSlot(one);
        for (int attempt = 0; away && attempt < 50 && !IsRead(to); attempt++)
        {
            to = FreeSlot(one);
        }

        MovesAway += !IsRead(from) && IsRead(to) ? 1 : 0;
        Move(from, to);
    }

    private void Move(PointerSlot from, PointerSlot to)
    {
        LiveObject one = from.Target!;
        Point(to, one);
        Clear(from);
        Moves++;
    }

    private bool IsRead(PointerSlot slot) => _read.Contains(Machine.Space.Physical(slot.Address) & ~4095UL);

    /// <summary>An unused word of a variable, or of an object to which no way leads from this one.</summary>
    private PointerSlot FreeSlot(LiveObject one)
    {
        while (true)
        {
            PointerSlot slot = _random.Next(3) == 0 || _live.Count == 0
                ? _roots[_random.Next(_roots.Length)]
                : Pick(_live[_random.Next(_live.Count)].Slots);
            if (slot.Target is null && !LeadsTo(slot.Owner, one))
            {
                return slot;
            }
        }

        PointerSlot Pick(PointerSlot[] slots) => slots[_random.Next(slots.Length)];
    }

    /// <summary>Whether an object hangs on another one, so that a pointer in it would close a ring that nothing holds.</summary>
    private static bool LeadsTo(LiveObject? below, LiveObject one)
    {
        for (LiveObject? at = below; at is not null; at = at.Holders.Count > 0 ? at.Holders[0].Owner : null)
        {
            if (at == one)
            {
                return true;
            }
        }

        return false;
    }

    private void Point(PointerSlot slot, LiveObject to)
    {
        slot.Target = to;
        to.Holders.Add(slot);
        Write(slot.Address, BitConverter.GetBytes(to.Item.Address));
    }

    private void Clear(PointerSlot slot)
    {
        slot.Target!.Holders.Remove(slot);
        slot.Target = null;
        Write(slot.Address, new byte[8]);
    }

    private void Remove(LiveObject one)
    {
        LiveObject last = _live[^1];
        _live[one.Place] = last;
        last.Place = one.Place;
        _live.RemoveAt(_live.Count - 1);
        one.Place = -1;
    }

    /// <summary>Brings what the allocator keeps of a keg into memory; a new slab takes a page, and perhaps a header.</summary>
    private void Rewrite(Keg keg)
    {
        if (!IsUp)
        {
            return;
        }

        foreach (Keg changed in Machine.Uma.HeaderKegs.Append(keg))
        {
            _uma.Rewrite(changed);
            foreach (Slab slab in changed.Slabs)
            {
                Machine.Pages.Rewrite(Machine.Space.Physical(slab.Data));
            }
        }
    }

    private void Write(ulong address, byte[] bytes) => Machine.Space.Write(address, bytes);
}
