export type { FaultProxy, ProxyOptions } from './proxy.ts'
