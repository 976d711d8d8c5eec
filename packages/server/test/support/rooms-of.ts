/** The Socket.IO rooms behind this library's rooms. */
export function roomsOf(io: { sockets: { adapter: { rooms: Map<string, unknown> } } }): string[] {
  return [...io.sockets.adapter.rooms.keys()].filter((name) => name.startsWith('roomful:'))
}
