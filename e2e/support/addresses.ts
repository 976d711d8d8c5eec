/** The server that most tests share. A test that stops or changes its server starts its own. */
export const sharedServer = `http://127.0.0.1:${process.env['SERVER_PORT']}`

/** The address of the chat's page, for a server and a room. */
export function chatAddress(server: string, room?: string): string {
  const hash = room === undefined ? '' : `#${encodeURIComponent(room)}`
  return `http://127.0.0.1:${process.env['CHAT_PORT']}/?server=${encodeURIComponent(server)}${hash}`
}
