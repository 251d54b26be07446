"""Without BLAS, as in a reader's browser, products are the same."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib._common import products

size = st.integers(1, 6)


def test_here_blas_multiplies():
    assert products.product is np.matmul


@pytest.mark.parametrize("large", [0, products.LARGE])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(n=size, inner=size, m=size, stack=st.sampled_from([(), (1,), (4,), (2, 3)]), shared=st.booleans(),
       turned=st.tuples(st.booleans(), st.booleans()), seed=st.integers(0, 2**32 - 1))
def test_a_product_is_what_matmul_gives(large, dtype, n, inner, m, stack, shared, turned, seed):
    rng = np.random.default_rng(seed)

    def array(shape, turn):
        values = rng.normal(size=shape).astype(dtype)
        return np.ascontiguousarray(values.mT).mT if turn else values

    a, b = array((*stack, n, inner), turned[0]), array((*(() if shared else stack), inner, m), turned[1])
    out = np.full((*stack, n, m), np.nan, dtype)
    with mock.patch.object(products, "LARGE", large):
        assert products.without_blas(a, b, out=out) is out
    np.testing.assert_allclose(out, np.matmul(a, b), rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-6)
