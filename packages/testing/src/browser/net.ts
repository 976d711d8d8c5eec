// The part of `node:net` that `@roomful/server` uses for the addresses of clients, which a server in a page does not have.

export function isIP(text: string): 0 | 4 | 6 {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return 4
  return /^[\da-f.]*:[\da-f:.]*$/i.test(text) ? 6 : 0
}

/** Whatever networks it was given, only addresses of this machine are in it: a page has no others. */
export class BlockList {
  addSubnet(): void {}

  check(address: string): boolean {
    return address.startsWith('127.') || address === '::1'
  }
}
