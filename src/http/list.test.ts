import { expect, test } from '@playwright/test';
import { listMembers, listNames } from './list.js';

test('empty elements and white space count for nothing', () => {
  expect(listMembers(' A , ,b\t,,')).toEqual(['A', 'b']);
  expect(listNames(' A , ,b\t,,')).toEqual(['a', 'b']);
  for (const nothing of [null, '', ' ', ',']) {
    expect(listMembers(nothing)).toEqual([]);
    expect(listNames(nothing)).toEqual([]);
  }
});
