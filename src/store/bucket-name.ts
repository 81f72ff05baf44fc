/** The name of the storage bucket that takes over for a cache's broken default database; bucket names allow little. */
export const bucketName = (cacheName: string): string =>
  `${cacheName.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-')}-healed`;
