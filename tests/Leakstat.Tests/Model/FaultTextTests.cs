using Leakstat.Model;

namespace Leakstat.Tests.Model;

public sealed class FaultTextTests
{
    [Fact]
    public void A_key_of_the_framework_is_put_into_words()
    {
        Assert.Equal("its data is damaged or cut", FaultText.Of(new InvalidDataException("EOCDNotFound")));
        Assert.Equal("permission denied", FaultText.Of(new UnauthorizedAccessException("UnauthorizedAccess_IODenied_Path, /root/x")));
        Assert.Equal("no such file or folder", FaultText.Of(new FileNotFoundException("IO_FileNotFound_FileName, /x")));
        Assert.Equal("no space left on the device", FaultText.Of(new IOException("IO_DiskFull_Path_AllocationSize", 28)));
        Assert.Equal("input/output error", FaultText.Of(new IOException("net_io_readfailure", 99_999)));
    }

    [Fact]
    public void Words_stay_as_they_are() =>
        Assert.Equal("a link that leads nowhere", FaultText.Of(new IOException("a link that leads nowhere")));
}
