using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>What the rest of the kernel keeps: versions, pages, CPUs, networks, messages, arenas.</summary>
public sealed class KernelData
{
    private const ulong Page = PhysicalMemory.PageSize;
    private const int MessageBytes = 8192;

    private readonly Machine _machine;
    private readonly ulong _dynamicSize = Page * 4;
    private readonly Zone _tags;
    private readonly List<(ulong Address, ulong Bytes, Item Tag)> _arena = [];
    private readonly Dictionary<string, ulong> _perCpu = [];
    private readonly Dictionary<string, ulong> _network = [];
    private readonly StringBuilder _messages = new();
    private readonly ulong _perCpuStart;
    private readonly ulong _networkStart;

    public KernelData(Machine machine)
    {
        _machine = machine;
        KernelFile kernel = machine.Kernel;
        kernel.DefineText("version", machine.Release.Version, 256);
        kernel.DefineText("osrelease", machine.Release.Release);
        kernel.DefineText("ostype", "FreeBSD");
        kernel.Define("osreldate", (ulong)machine.Release.OsRelDate, 4);
        kernel.Define("mp_maxid", (ulong)machine.Cpus - 1, 4);
        kernel.Define("mp_ncpus", (ulong)machine.Cpus, 4);
        kernel.Define("vm_ndomains", (ulong)machine.Domains, 4);
        if (machine.Release.IsOld)
        {
            // The array itself, not a pointer to it.
            kernel.DefineAt("__pcpu", machine.PerCpuBase, machine.Cpus * PhysicalMemory.PageSize);
        }
        else
        {
            kernel.Define("__pcpu", machine.PerCpuBase);
        }

        kernel.Define("dmaplimit", machine.Memory.End);
        kernel.Define("vm_phys_nsegs", (ulong)machine.Memory.Ranges.Count, 4);
        _tags = machine.Uma.Create("vmem btag", machine.Layouts["vmem_btag"].Size, new ZoneOptions { Flags = KegTraits.Vm | KegTraits.NoFree });
        _perCpuStart = kernel.Start("set_pcpu");
        _networkStart = kernel.Start("set_vnet");
        Dynamic = machine.Space.AllocateKernel((int)(_dynamicSize / Page) * machine.Cpus);
        ulong offsets = kernel.Define("dpcpu_off", 8 * 256);
        for (int cpu = 0; cpu < machine.Cpus; cpu++)
        {
            ulong offset = unchecked(Dynamic + ((ulong)cpu * _dynamicSize) - _perCpuStart);
            machine.Space.Write(offsets + ((ulong)cpu * 8), offset);
            StructAt at = machine.At("pcpu", machine.PerCpuCopy(machine.PerCpuBase, cpu));
            at["pc_cpuid"] = (ulong)cpu;
            at["pc_dynamic"] = offset;
            at["pc_zpcpu_offset"] = (ulong)cpu * Page;
            at["pc_prvspace"] = at.Address;
        }

        ulong table = kernel.Define("cpuid_to_pcpu", 8 * 256);
        for (int cpu = 0; cpu < machine.Cpus; cpu++)
        {
            machine.Space.Write(table + ((ulong)cpu * 8), machine.PerCpuCopy(machine.PerCpuBase, cpu));
        }

        MakeNetwork();
    }

    /// <summary>Start of the dynamic per-CPU regions.</summary>
    public ulong Dynamic { get; }

    /// <summary>Data of the one network stack (<c>vnet0</c>), a block of malloc(9).</summary>
    public Item NetworkData { get; private set; } = null!;

    /// <summary>A per-CPU variable (<c>DPCPU_DEFINE</c>), the copy of one CPU.</summary>
    public IPlace PerCpu(string name, int cpu)
    {
        if (!_perCpu.TryGetValue(name, out ulong address))
        {
            _perCpu[name] = address = _machine.Kernel.Define($"pcpu_entry_{name}", 8, "set_pcpu");
        }

        return new Slot(Dynamic + ((ulong)cpu * _dynamicSize) + address - _perCpuStart);
    }

    /// <summary>A variable of the network stack (<c>VNET_DEFINE</c>), in the copy that is in use.</summary>
    public IPlace Network(string name)
    {
        if (!_network.TryGetValue(name, out ulong address))
        {
            _network[name] = address = _machine.Kernel.Define($"vnet_entry_{name}", 8, "set_vnet");
        }

        return new Slot(NetworkData.Address + address - _networkStart);
    }

    /// <summary>Adds to the message buffer.</summary>
    public void Message(string line) => _messages.Append(line).Append('\n');

    /// <summary>Gives each range of the kernel map its boundary tags. The tags themselves need no range.</summary>
    public void WriteArenas()
    {
        foreach ((ulong address, ulong bytes) in _machine.Space.Reserved.ToArray())
        {
            _arena.Add((address, bytes, _machine.Uma.Take(_tags)));
        }
    }

    public void Write()
    {
        WriteKernelArena();
        WriteMessages();
        WriteMemory();
        KernelFile kernel = _machine.Kernel;
        ulong ranges = kernel.Define("dump_avail", 8 * 32);
        foreach ((ulong start, ulong end) in _machine.Memory.Ranges)
        {
            _machine.Space.Write(ranges, start);
            _machine.Space.Write(ranges + 8, end);
            ranges += 16;
        }

        if (_machine.Release.Major >= 15 && !_machine.Options.IsArm)
        {
            ulong layout = kernel.Define("kva_layout", 8 * 12);
            ulong[] values =
            [
                _machine.Space.MapStart, ulong.MaxValue, _machine.Space.DirectBase, _machine.Options.La57 ? 0xff21000000000000 : 0xfffffc0000000000,
                _machine.Options.La57 ? 0xff21000000000000 : 0xffff808000000000, 0xff41000000000000, _machine.Space.MapStart, ulong.MaxValue, 0xffff800000000000,
            ];
            for (int i = 0; i < values.Length; i++)
            {
                _machine.Space.Write(layout + ((ulong)i * 8), values[i]);
            }

            kernel.Define("la57", _machine.Options.La57 ? 1u : 0, 4);
        }
    }

    private void MakeNetwork()
    {
        NetworkData = _machine.Malloc.Allocate("vnet_data", 0x4000);
        Item vnet = _machine.Malloc.Allocate("vnet", _machine.Layouts["vnet"].Size);
        StructAt at = _machine.At("vnet", vnet.Address);
        ulong head = _machine.Kernel.Define("vnet_head", vnet.Address);
        _machine.Kernel.Define("vnet0", vnet.Address);
        _machine.Space.Write(at.Of("vnet_le") + 8, head);
        at["vnet_magic_n"] = 0x3e0d8f29;
        at["vnet_data_mem"] = NetworkData.Address;
        at["vnet_data_base"] = unchecked(NetworkData.Address - _networkStart);
    }

    private void WriteMessages()
    {
        ulong buffer = _machine.Space.Direct(_machine.Memory.AllocateRun((MessageBytes / (int)Page) + 1, 1));
        byte[] text = Encoding.UTF8.GetBytes($"---<<BOOT>>---\n{_machine.Release.Version}real memory  = {_machine.Options.Memory}\n{_messages}");
        _machine.Space.Write(buffer, text);
        StructAt at = _machine.At("msgbuf", buffer + MessageBytes);
        at["msg_ptr"] = buffer;
        at["msg_magic"] = 0x063062;
        at["msg_size"] = MessageBytes;
        at["msg_wseq"] = (ulong)text.Length;
        at["msg_seqmod"] = 16 * MessageBytes;
        _machine.Kernel.Define("msgbufp", at.Address);
        Messages = _machine.Space.Read(buffer, MessageBytes);
    }

    /// <summary>The message buffer as it lies in memory.</summary>
    public byte[] Messages { get; private set; } = [];

    private void WriteMemory()
    {
        StructLayout layout = _machine.Layouts["vm_domain"];
        ulong domains = _machine.Kernel.Define("vm_dom", layout.Size * _machine.Domains);
        long managed = 0;
        long free = 0;
        foreach ((ulong start, ulong end) in _machine.Memory.Ranges)
        {
            for (ulong page = start; page < end; page += Page)
            {
                managed++;
                free += _machine.Memory.UseOf(page) == PageUse.Free ? 1 : 0;
            }
        }

        StructAt domain = new(_machine.Space, layout, domains);
        domain["vmd_page_count"] = (ulong)managed;
        domain["vmd_free_count"] = (ulong)free;
        StructAt counters = _machine.At("vmmeter", _machine.Kernel.Define("vm_cnt", _machine.Layouts["vmmeter"].Size));
        counters["v_page_size"] = Page;
        counters["v_page_count"] = (ulong)managed;
        _machine.Kernel.Define("physmem", (ulong)managed);
    }

    private void WriteKernelArena()
    {
        StructAt arena = _machine.At("vmem", _machine.Kernel.Define("kernel_arena_storage", _machine.Layouts["vmem"].Size, local: true));
        _machine.Kernel.Define("kernel_arena", arena.Address);
        ulong head = _machine.Kernel.Define("vmem_list", arena.Address, local: true);
        _machine.Space.Write(arena.Of("vm_alllist") + 8, head);
        _machine.Space.WriteText(arena.Of("vm_name"), "kernel arena");
        arena["vm_quantum_mask"] = Page - 1;
        arena["vm_quantum_shift"] = 12;
        arena["vm_inuse"] = (ulong)_arena.Sum(range => (long)range.Bytes);
        ulong from = arena.Of("vm_seglist");
        foreach ((ulong address, ulong bytes, Item item) in _arena)
        {
            StructAt tag = _machine.At("vmem_btag", item.Address);
            _machine.Space.Write(from, item.Address);
            _machine.Space.Write(tag.Of("bt_seglist") + 8, from);
            from = tag.Of("bt_seglist");
            tag["bt_start"] = address;
            tag["bt_size"] = bytes;
            tag["bt_type"] = 4;
        }

        _machine.Space.Write(arena.Of("vm_seglist") + 8, from);
    }
}
