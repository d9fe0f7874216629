using System.Text;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Knowledge;

public sealed class KnowledgeBaseTests
{
    private static readonly KnowledgeBase Known = BuiltInKnowledge.Load();

    [Fact]
    public void The_table_is_read_whole()
    {
        // Lines of zones-and-types.csv without the header: 326 zones and 919 malloc types.
        Assert.Equal(326, Known.Owners.Count(o => o.IsZone));
        Assert.Equal(919, Known.Owners.Count(o => !o.IsZone));
        Assert.All(Known.Owners, o => Assert.NotEqual("", o.Module));
    }

    [Fact]
    public void A_quoted_field_keeps_its_comma()
    {
        OwnerEntry zone = Assert.Single(Known.Zone("dmu_buf_impl_t"));
        Assert.Equal("zfs.ko", zone.Module);
        Assert.Equal("ARC meta, dbuf cache (vfs.zfs.dbuf_cache.*)", zone.Bound);
        Assert.Single(Known.Zone("UDF translation buffer, zone"));
    }

    [Theory]
    [InlineData("zio_buf_comb_131072", "zio_buf_comb_<size>")]
    [InlineData("zio_data_buf_512", "zio_data_buf_<size>")]
    [InlineData("md0", "md<unit>")]
    [InlineData("pass12", "pass<unit>")]
    [InlineData("pass12IO", "pass<unit>IO")]
    [InlineData("buffer arena-16384", "buffer arena-<size>")]
    [InlineData("dma usb0 64", "dma <name> <size>")]
    [InlineData("64 Bucket", "64 Bucket")]
    [InlineData("malloc-384", "malloc-384")]
    public void Names_built_at_run_time_are_known(string zone, string entry) =>
        Assert.Equal(entry, Assert.Single(Known.Zone(zone)).Name);

    [Theory]
    [InlineData("md")]
    [InlineData("mdx")]
    [InlineData("pass")]
    [InlineData("pass1I")]
    [InlineData("zio_buf_comb_")]
    [InlineData("zio_buf_comb_12k")]
    [InlineData("")]
    public void Names_of_another_form_are_not(string zone) => Assert.Empty(Known.Zone(zone));

    [Fact]
    public void A_name_may_have_several_entries_and_zones_are_not_types()
    {
        Assert.True(Known.MallocType("USB").Count() > 1);
        Assert.Empty(Known.MallocType("mbuf_cluster"));
        Assert.Empty(Known.Zone("devbuf"));
    }

    [Theory]
    [InlineData("zfs.ko", "14.2-RELEASE", ModuleOrigin.InTree)]
    [InlineData("zfs.ko", "10.4-RELEASE", ModuleOrigin.InTree)]
    [InlineData("if_iwlwifi.ko", "15.0-RELEASE", ModuleOrigin.InTree)]
    [InlineData("leakmod.ko", "14.2-RELEASE", ModuleOrigin.OutOfTree)]
    [InlineData("i915kms.ko", "10.4-RELEASE", ModuleOrigin.InTree)]
    [InlineData("i915kms.ko", "14.3-RELEASE", ModuleOrigin.OutOfTree)]
    [InlineData("i915kms.ko", "12.1-RELEASE", ModuleOrigin.InTreeElsewhere)]
    [InlineData("i915kms.ko", null, ModuleOrigin.InTree)]
    [InlineData("nvidia.ko", null, ModuleOrigin.OutOfTree)]
    [InlineData("amdgpu_navi10_pfp_fw.ko", "14.2-RELEASE", ModuleOrigin.Firmware)]
    [InlineData("amdgpu_raven_gpu_ucode.ko", "14.2-RELEASE", ModuleOrigin.Firmware)]
    public void Origin_of_a_module_follows_the_list_of_its_release(string file, string? release, ModuleOrigin origin) =>
        Assert.Equal(origin, Known.OriginOf(file, FreeBsdRelease.Parse(release)));

    [Fact]
    public void A_users_own_entries_come_first()
    {
        (var entries, var problems) = OwnersFile.Read("own.csv", Encoding.UTF8.GetBytes(
            "kind,name,subsystem,module,source,represents,grows_with,bound\n" +
            "malloc,leakmod,our driver,leakmod.ko,src/leakmod.c,\"one \"\"thing\"\", or two\",requests,none\n" +
            "malloc,devbuf,our patch,ours.ko\n"));
        Assert.Empty(problems);
        KnowledgeBase mine = Known.With(entries, []);

        Assert.Equal("one \"thing\", or two", Assert.Single(mine.MallocType("leakmod")).Represents);
        Assert.Equal(["ours.ko", "kernel"], mine.MallocType("devbuf").Select(o => o.Module));
        Assert.Empty(Known.MallocType("leakmod"));
    }

    [Fact]
    public void Wrong_lines_of_a_users_file_are_reported_by_number_and_left_out()
    {
        (var entries, var problems) = OwnersFile.Read("own.csv", Encoding.UTF8.GetBytes(
            "\uFEFFkind,name,subsystem,module\n" +
            "# ours\n" +
            "socket,x,y,z.ko\n" +
            "zone,,y,z.ko\n" +
            "zone,a\n" +
            "zone,\"a,b,c\n" +
            "zone,\"a\"b,c,z.ko\n" +
            "zone,a,b,z.ko,1,2,3,4,5\n" +
            "\n" +
            "zone,good,b,z.ko\n"));

        Assert.Equal("good", Assert.Single(entries).Name);
        Assert.Equal([3, 4, 5, 6, 7, 8], problems.Select(p => p.At.Line));
        Assert.All(problems, p => Assert.Equal("LSD101", p.Id));
        Assert.Equal("own.csv:6", problems[3].At.ToString());
    }
}
