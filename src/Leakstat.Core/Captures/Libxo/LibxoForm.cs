using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary>How one command's output looks in a libxo document.</summary>
/// <param name="Name">First part of the format's name: <c>vmstat-z</c>.</param>
/// <param name="Command">The command: <c>vmstat -z</c>.</param>
/// <param name="TopKey">Outermost key.</param>
/// <param name="Container">First key within it; null where any will do.</param>
/// <param name="Table">Makes what takes its values; null where none are used.</param>
internal sealed record LibxoForm(
    string Name, string Command, string TopKey, string? Container, Func<CaptureBuilder, SourceFile, LibxoTable>? Table)
{
    private readonly byte[] _topKey = System.Text.Encoding.ASCII.GetBytes(TopKey);
    private readonly byte[]? _container = Container is null ? null : System.Text.Encoding.ASCII.GetBytes(Container);

    /// <summary>Whether a document with that head is of this command; of several forms the first counts.</summary>
    public bool Has(DocumentHead head) =>
        head.Command.SequenceEqual(_topKey) && (_container is null || head.Container.SequenceEqual(_container));
}
