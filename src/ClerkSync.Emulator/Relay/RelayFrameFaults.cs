using System.Text.Json.Nodes;

namespace ClerkSync.Emulator.Relay;

/// <summary>What is wrong with the next requests, and the frames that follow from it.</summary>
internal sealed class RelayFrameFaults
{
    private readonly Lock _gate = new();
    private readonly int[] _left = new int[Enum.GetValues<RelayFault>().Length];

    public void Next(RelayFault fault, int times)
    {
        lock (_gate)
            _left[(int)fault] += times;
    }

    public void Clear()
    {
        lock (_gate)
            Array.Clear(_left);
    }

    /// <summary>The frames of one request, in order.</summary>
    public IReadOnlyList<(FrameKind Kind, byte[] Payload)> FramesOf(InboxRequest request)
    {
        List<(FrameKind Kind, byte[] Payload)> frames = [];
        if (Strikes(RelayFault.InvalidJson))
            frames.Add((FrameKind.Text, "{\"type\":\"event\",\"data\":"u8.ToArray()));
        if (Strikes(RelayFault.UnknownType))
            frames.Add((FrameKind.Text, RelayProtocol.Render("weather", new() { ["id"] = request.Id, ["token"] = request.Token })));
        if (Strikes(RelayFault.WithoutId))
            frames.Add((FrameKind.Text, RelayProtocol.Render("event", new() { ["method"] = "POST", ["headers"] = new JsonObject(), ["body"] = "" })));
        var frame = (Strikes(RelayFault.BinaryFrame) ? FrameKind.Binary : FrameKind.Text, RelayProtocol.Event(request, Strikes));
        frames.Add(frame);
        if (Strikes(RelayFault.Twice))
            frames.Add(frame);
        return frames;
    }

    private bool Strikes(RelayFault fault)
    {
        lock (_gate)
        {
            if (_left[(int)fault] == 0)
                return false;
            _left[(int)fault]--;
            return true;
        }
    }
}
