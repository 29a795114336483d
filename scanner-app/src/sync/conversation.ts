// The two ways to hold a conversation, as one part of the app: nobody converses before a device is paired.
export { Link } from './link'
export { Over } from './over'
