'use strict';

const sacks = new Map([['rye', 41]]);

function count() {
  return [...sacks.values()].reduce((sum, each) => sum + each, 0);
}

module.exports = { count };
