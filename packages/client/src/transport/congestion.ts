/** With more unsent packets in the transport, volatile ones are dropped. */
const CONGESTED_PACKETS = 64
/** The same for bytes in a WebSocket, into which packets go at once. */
const CONGESTED_BYTES = 16_777_216

/** Whether a transport has too many unsent packets, or bytes. */
export function isCongestedBy(packets: number, bytes = 0, maxPackets: number = CONGESTED_PACKETS): boolean {
  return packets > maxPackets || bytes > CONGESTED_BYTES
}
