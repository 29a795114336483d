// The model in a browser: its clock, network, database and locks.
import { version } from '../../package.json'
import { browserEnv } from '../sync/env'
import { createModel } from './model'
export { loadCounting } from './model'
import type { Model } from './types'

export const browserModel = (): Model => createModel({ env: browserEnv(version), locks: navigator.locks, storage: navigator.storage })
