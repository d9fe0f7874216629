using System.Globalization;
using System.Text.RegularExpressions;

namespace Leakstat.Dump.Tests.Image;

/// <summary>Puts a kernel's structures into CTF, with the kinds of types that a compiler would use for them.</summary>
public sealed partial class KernelTypes
{
    /// <summary>Members of unnamed structures and of small ones that the tables only name: offset in bytes, of 8 bytes each.</summary>
    private static readonly Dictionary<string, string[]> s_small = new()
    {
        ["LIST_ENTRY"] = ["le_next", "le_prev"],
        ["TAILQ_ENTRY"] = ["tqe_next", "tqe_prev"],
        ["LIST_HEAD"] = ["lh_first"],
        ["TAILQ_HEAD"] = ["tqh_first", "tqh_last"],
        ["STAILQ_ENTRY"] = ["stqe_next"],
        ["STAILQ_HEAD"] = ["stqh_first", "stqh_last"],
        ["vm_page.plinks.q"] = ["tqe_next", "tqe_prev"],
        ["vm_page.plinks.uma"] = ["slab", "zone"],
        ["vm_page.plinks.s"] = ["ss", "pv"],
        ["vm_page.plinks.memguard"] = ["p", "v"],
    };

    private static readonly Dictionary<string, string> s_queues = new()
    {
        ["uma_keg.uk_zones"] = "LIST_HEAD",
        ["uma_keg.uk_link"] = "LIST_ENTRY",
        ["uma_zone.uz_link"] = "LIST_ENTRY",
        ["uma_slab.us_link"] = "LIST_ENTRY",
        ["uma_bucket.ub_link"] = "STAILQ_ENTRY",
        ["uma_hash_slab.uhs_hlink"] = "LIST_ENTRY",
        ["uma_slab.us_hlink"] = "STAILQ_ENTRY",
        ["uma_klink.kl_link"] = "LIST_ENTRY",
        ["uma_zone.uz_kegs"] = "LIST_HEAD",
        ["linker_file.link"] = "TAILQ_ENTRY",
        ["linker_file.common"] = "STAILQ_HEAD",
        ["linker_file.modules"] = "TAILQ_HEAD",
        ["linker_file.loaded"] = "TAILQ_ENTRY",
        ["module.link"] = "TAILQ_ENTRY",
        ["module.flink"] = "TAILQ_ENTRY",
        ["proc.p_list"] = "LIST_ENTRY",
        ["proc.p_threads"] = "TAILQ_HEAD",
        ["proc.p_hash"] = "LIST_ENTRY",
        ["thread.td_plist"] = "TAILQ_ENTRY",
        ["thread.td_runq"] = "TAILQ_ENTRY",
        ["thread.td_hash"] = "LIST_ENTRY",
        ["vm_page.listq"] = "TAILQ_ENTRY",
        ["vmem.vm_alllist"] = "LIST_ENTRY",
        ["vmem_btag.bt_seglist"] = "TAILQ_ENTRY",
        ["vnet.vnet_le"] = "LIST_ENTRY",
        ["pcpu.pc_allcpu"] = "STAILQ_ENTRY",
        ["struct slabhead"] = "LIST_HEAD",
        ["struct uma_bucketlist"] = "STAILQ_HEAD",
        ["struct vmem_seglist"] = "TAILQ_HEAD",
        ["struct pglist"] = "TAILQ_HEAD",
    };

    private readonly CtfWriter _ctf;
    private readonly StructLayouts _layouts;
    private readonly Dictionary<string, uint> _named = [];
    private readonly Dictionary<string, uint> _structs = [];
    private readonly uint _void;
    private readonly uint _long;

    private KernelTypes(CtfWriter ctf, StructLayouts layouts)
    {
        _ctf = ctf;
        _layouts = layouts;
        _named["int"] = ctf.AddInteger("int", 32, signed: true);
        _named["char"] = ctf.AddInteger("char", 8, signed: true, character: true);
        _named["unsigned char"] = ctf.AddInteger("unsigned char", 8, signed: false);
        _named["short"] = ctf.AddInteger("short", 16, signed: true);
        _named["unsigned short"] = ctf.AddInteger("unsigned short", 16, signed: false);
        _named["unsigned int"] = ctf.AddInteger("unsigned int", 32, signed: false);
        _named["long"] = _long = ctf.AddInteger("long", 64, signed: true);
        _named["unsigned long"] = ctf.AddInteger("unsigned long", 64, signed: false);
        _void = ctf.AddPointer(0);
        _named["void *"] = _void;
        ctf.AddFunction(_named["int"], _void, _named["int"], _void);
    }

    /// <summary>The section for a kernel of these structures.</summary>
    public static byte[] Write(StructLayouts layouts, int version, bool compress)
    {
        var ctf = new CtfWriter(version);
        var types = new KernelTypes(ctf, layouts);
        foreach (StructLayout layout in layouts.All)
        {
            types.Struct(layout.Name);
        }

        return ctf.ToBytes(compress);
    }

    private uint Struct(string name)
    {
        if (_structs.TryGetValue(name, out uint known))
        {
            return known;
        }

        StructLayout layout = _layouts[name];
        List<(string, uint, long)> members = [];
        foreach (Member member in layout.Members)
        {
            uint type = member.Bits > 0
                ? _ctf.AddInteger("unsigned int", member.Bits, signed: false)
                : Type($"{name}.{member.Name}", member.Type, member.Size);
            members.Add((member.Name, type, member.Offset * 8L));
        }

        return _structs[name] = _ctf.AddStruct(name, layout.Size, members);
    }

    private uint Type(string place, string type, int size)
    {
        type = type.Replace("volatile", "", StringComparison.Ordinal).Replace("const ", "", StringComparison.Ordinal).Trim();
        if (Dimensions().Match(type) is { Success: true } dimensions)
        {
            string element = dimensions.Groups[1].Value.Trim();
            int count = 1;
            foreach (Capture one in dimensions.Groups[2].Captures)
            {
                count *= one.Value.Length == 0 ? 0 : int.Parse(one.Value, CultureInfo.InvariantCulture);
            }

            uint of = Type(place, element, count == 0 ? SizeOfName(element) : size / count);
            return _ctf.AddArray(of, _long, (uint)count);
        }

        if (type.EndsWith('*') || type.Contains("(*)", StringComparison.Ordinal))
        {
            return Pointer(type);
        }

        if (s_queues.TryGetValue(place, out string? queue) || s_queues.TryGetValue(type, out queue))
        {
            return Small(type.StartsWith("struct ", StringComparison.Ordinal) ? type[7..] : "", s_small[queue]);
        }

        if (place == "vm_page.plinks")
        {
            return _ctf.AddStruct("", 16,
            [
                ("q", Small("", s_small["vm_page.plinks.q"]), 0),
                ("s", Small("", s_small["vm_page.plinks.s"]), 0),
                ("memguard", Small("", s_small["vm_page.plinks.memguard"]), 0),
                ("uma", Small("", s_small["vm_page.plinks.uma"]), 0),
            ], union: true);
        }

        if (type.StartsWith("struct", StringComparison.Ordinal) || type.StartsWith("union", StringComparison.Ordinal))
        {
            string name = type.Contains(' ', StringComparison.Ordinal) ? type[(type.IndexOf(' ', StringComparison.Ordinal) + 1)..] : "";
            return _layouts.All.Any(known => known.Name == name) ? Struct(name) : Opaque(name, size);
        }

        return Scalar(type, size);
    }

    private static int SizeOfName(string name) => name is "char" or "uint8_t" ? 1 : 8;

    private uint Pointer(string type)
    {
        if (_named.TryGetValue(type, out uint known))
        {
            return known;
        }

        // To the name alone: what is pointed to may not be known here, as in a real kernel.
        string target = type.StartsWith("struct ", StringComparison.Ordinal) ? type[7..].TrimEnd('*').Trim() : "";
        return _named[type] = target.Length == 0 ? _void : _ctf.AddPointer(_ctf.AddForward(target));
    }

    private uint Small(string name, string[] members) => _ctf.AddStruct(
        name, members.Length * 8, [.. members.Select((member, i) => (member, _void, i * 64L))]);

    private uint Opaque(string name, int size)
    {
        string key = $"{name}/{size}";
        return _named.TryGetValue(key, out uint known)
            ? known
            : _named[key] = _ctf.AddStruct(name, size, name == "vm_pagequeue"
                ? [("pq_mutex", Opaque("mtx", 32), 0), ("pq_pl", Small("pglist", s_small["TAILQ_HEAD"]), 256), ("pq_cnt", _named["int"], 384)]
                : []);
    }

    private uint Scalar(string type, int size)
    {
        if (_named.TryGetValue(type, out uint known))
        {
            return known;
        }

        bool signed = type is "int16_t" or "int32_t" or "int64_t" or "int8_t" or "ssize_t" || type.StartsWith("enum", StringComparison.Ordinal);
        uint target = size switch
        {
            1 => _named[signed ? "char" : "unsigned char"],
            2 => _named[signed ? "short" : "unsigned short"],
            4 => _named[signed ? "int" : "unsigned int"],
            8 => type.EndsWith("_t", StringComparison.Ordinal) && type.StartsWith("uma_", StringComparison.Ordinal)
                ? _void : _named[signed ? "long" : "unsigned long"],
            _ => Opaque("", size),
        };
        return _named[type] = _ctf.AddTypedef(type.StartsWith("enum ", StringComparison.Ordinal) ? type[5..] : type, target);
    }

    [GeneratedRegex(@"^(.*?)\s*(?:\[(\d*)\])+$")]
    private static partial Regex Dimensions();
}
