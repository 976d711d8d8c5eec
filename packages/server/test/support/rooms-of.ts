/** The Socket.IO rooms that stand for ours. */
export function roomsOf(io: { sockets: { adapter: { rooms: Map<string, unknown> } } }): string[] {
  return [...io.sockets.adapter.rooms.keys()].filter((name) => name.startsWith('roomful:'))
}
