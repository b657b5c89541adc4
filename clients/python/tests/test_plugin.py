def test_fixtures(pytester, unset):
    pytester.makeini("[pytest]\nsuback_config = conf/suback.yaml\nsuback_args = --log-level error\n")
    pytester.mkdir("conf").joinpath("suback.yaml").write_text("accountId: '210987654321'\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        def test_an_account_each(suback, suback_account, n):
            assert suback_account.account_id == suback.account_id == "210987654321"
            assert suback_account.name and suback_account.faults.list() == []
            suback_account.faults.add("connect", "refuse")

        def test_fails(suback_account):
            suback_account._admin.text("GET", "/nowhere")
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*- suback: the trace of account-1 -*", "*Transport REFUSED*"])


def test_options_of_a_conftest(pytester, unset):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def suback_options():
            return {"args": ["--wrong"]}
        """
    )
    pytester.makepyfile("def test_it(suback): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*suback serve has no flag --wrong*"])
